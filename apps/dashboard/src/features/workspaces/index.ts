/** Workspaces: the parts of the organization that keys can be confined to. */
export { chooseWorkspace, chosenWorkspace, useChosenWorkspace } from './chosen-workspace.ts';
export { WorkspaceName } from './workspace-name.tsx';
export { WorkspaceSwitch } from './workspace-switch.tsx';
export { WorkspacesPage } from './workspaces-page.tsx';
export { workspacesQuery } from './workspaces-query.ts';
