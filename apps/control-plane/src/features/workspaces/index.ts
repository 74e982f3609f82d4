/** The parts of the organization that confine keys. */
export { createWorkspace } from './create-workspace.ts';
export { deleteWorkspace } from './delete-workspace.ts';
export { findOnlyWorkspace, getWorkspace, listWorkspaces } from './list-workspaces.ts';
export { updateWorkspace } from './update-workspace.ts';
