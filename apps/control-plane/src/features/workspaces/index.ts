/** The parts of the organization that confine keys. */
export { listWorkspaces } from './list-workspaces.ts';
