import { flag, required, text } from '../../command/option.ts';

/** Options of the verbs that compare a folder with the server. */
export const FOLDER = required({
  ...text('folder', 'Folder with a folder for each workspace, and "_organization"'),
  short: 'f' as const,
});
export const WORKSPACE = text('workspace', 'Only the policies of this workspace: id or name');
export const DRY_RUN = flag('Say what would change, and change nothing');
