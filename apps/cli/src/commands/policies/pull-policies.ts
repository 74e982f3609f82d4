import { join } from 'node:path';
import { flag } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { comparePolicies, fileOf, isDifferent, nameOf, type Pair } from './compare-policies.ts';
import { DRY_RUN, FOLDER, WORKSPACE } from './folder-options.ts';
import { formatPolicyFile, PolicyFileError } from './policy-file.ts';
import { deletePolicyFile, type FiledPolicy, writePolicyFile } from './policy-folder.ts';

interface FileChange {
  readonly action: 'create' | 'update' | 'delete' | 'keep';
  readonly name: string;
  /** Path below the folder. */
  readonly file: string;
}

export const pullPolicies = verb({
  name: 'pull',
  summary: 'Write the policies of the server into files, one for each',
  notes:
    'It deletes no file unless --delete is given. Files that hold what the server has stay as they are.',
  examples: ['policies pull -f policies'],
  options: {
    folder: FOLDER,
    workspace: WORKSPACE,
    delete: flag('Delete the files of policies that the server does not have'),
    dryRun: DRY_RUN,
  },
  json: { help: 'Print the changes of files as JSON, for scripts' },
  run: async ({ ctx, options: { folder: root, workspace, delete: deletes, dryRun } }) => {
    const { client } = await connect(ctx);
    const { pairs, filed } = await comparePolicies(client, root, workspace);
    const taken: FiledPolicy[] = [...filed];
    const changes = pairs.filter(isDifferent).map((pair) => {
      const planned = planFile(pair, fileOf(pair, taken), deletes === true);
      if (planned.filed) taken.push(planned.filed);
      return planned;
    });
    for (const { change, pair, content, file } of dryRun ? [] : changes) {
      if (content !== undefined) await writePolicyFile(root, pair.folder, file, content);
      else if (change.action === 'delete' && pair.filed) await deletePolicyFile(root, pair.filed);
    }
    return { dryRun: dryRun === true, changes: changes.map(({ change }) => change) };
  },
  print: (ctx, { dryRun, changes }) => {
    for (const { action, file, name } of changes) {
      if (action === 'keep') hint(ctx, `kept    ${file}: the server has no policy "${name}"`);
      else printLine(ctx, `${dryRun ? action.padEnd(6) : `${action}d`.padEnd(7)} ${file}`);
    }
    if (changes.length === 0) hint(ctx, 'The files hold what the server has.');
  },
});

interface Planned {
  readonly change: FileChange;
  readonly pair: Pair;
  readonly file: string;
  /** What the file is to hold. */
  readonly content?: string;
  /** The new file, whose name no other may get. */
  readonly filed?: FiledPolicy;
}

function planFile(pair: Pair, file: string, deletes: boolean): Planned {
  const { folder, filed, saved } = pair;
  const name = nameOf(pair);
  const path = join(folder, file);
  if (!saved) {
    return { pair, file, change: { action: deletes ? 'delete' : 'keep', name, file: path } };
  }
  const content = contentOf(saved);
  if (filed) return { pair, file, content, change: { action: 'update', name, file: path } };
  const { description, status, mode, text } = saved;
  return {
    ...{ pair, file, content, change: { action: 'create', name, file: path } },
    filed: { folder, file, name, description, status, mode, text, textLine: 1 },
  };
}

/** @throws Failure if the server sent what no file could hold */
function contentOf(saved: NonNullable<Pair['saved']>): string {
  try {
    return formatPolicyFile(saved);
  } catch (cause) {
    if (!(cause instanceof PolicyFileError)) throw cause;
    const text = `The policy "${saved.id}" cannot be written into a file. ${cause.message}`;
    throw new Failure(EXIT.unexpected, `${text} Nothing was changed.`, { cause });
  }
}
