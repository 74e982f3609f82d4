/** Workspaces: the parts of the organization that keys can be confined to. */
export { useWorkspaces } from './queries.ts';
export { WorkspaceField } from './workspace-field.tsx';
export {
  chooseWorkspace,
  chosenWorkspace,
  useChosenWorkspace,
  WorkspaceName,
  WorkspaceSwitch,
} from './workspace-switch.tsx';
export { WorkspacesPage } from './workspaces-page.tsx';
