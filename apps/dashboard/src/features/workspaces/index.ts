/** Workspaces: the parts of the organization that keys can be confined to. */

export { workspacesQuery } from './queries.ts';
export { WorkspaceName } from './workspace-name.tsx';
export {
  chooseWorkspace,
  chosenWorkspace,
  useChosenWorkspace,
  WorkspaceSwitch,
} from './workspace-switch.tsx';
export { WorkspacesPage } from './workspaces-page.tsx';
