/** The parts of the organization that confine keys. */

export { deleteWorkspace } from './delete-workspace.ts';
export { insertWorkspace } from './insert-workspace.ts';
export { findOnlyWorkspace, getWorkspace, listWorkspaces } from './list-workspaces.ts';
export { createWorkspace, updateWorkspace } from './save-workspace.ts';
