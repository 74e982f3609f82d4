/** Workspaces: the parts of the organization that keys can be confined to. */
export { workspacesQuery } from './queries.ts';
export {
  chooseWorkspace,
  chosenWorkspace,
  useChosenWorkspace,
  WorkspaceName,
  WorkspaceSwitch,
} from './workspace-switch.tsx';
export { WorkspacesPage } from './workspaces-page.tsx';
