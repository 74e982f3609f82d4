import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { verb } from '../../command/verb.ts';
import { EXIT } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { comparePolicies, fileOf, isDifferent, nameOf, type Pair } from './compare-policies.ts';
import { FOLDER, WORKSPACE } from './folder-options.ts';
import { formatPolicyFile } from './policy-file.ts';

/** Lines that differ, at most: texts without a line in common would take minutes to compare. */
const EDITS_MAX = 4000;

export const diffPolicies = verb({
  name: 'diff',
  summary: 'Show how the policies in files differ from those of the server',
  notes:
    'Exit code 0 means that there is no difference, 2 that there are differences. Lines with - are those of the server, lines with + those of the files.',
  examples: ['policies diff -f policies'],
  options: { folder: FOLDER, workspace: WORKSPACE },
  json: { help: 'Print the differences as JSON, for scripts' },
  run: async ({ ctx, options: { folder: root, workspace } }) => {
    const { client } = await connect(ctx);
    const { pairs, filed } = await comparePolicies(client, root, workspace);
    const differences = pairs.filter(isDifferent).map((pair) => {
      const file = join(pair.folder, fileOf(pair, filed));
      return { name: nameOf(pair), file, patch: patchOf(pair, file, root) };
    });
    return { differences };
  },
  exitCode: ({ differences }) => (differences.length > 0 ? EXIT.different : EXIT.ok),
  print: (ctx, { differences }) => {
    for (const { patch } of differences) {
      for (const line of patch.trimEnd().split('\n')) printLine(ctx, line);
    }
    if (differences.length === 0) hint(ctx, 'The files hold what the server has.');
  },
});

function patchOf({ filed, saved }: Pair, file: string, root: string): string {
  const before = saved ? formatPolicyFile(saved) : '';
  const after = filed ? formatPolicyFile(filed) : '';
  const from = saved ? `server/${file}` : '/dev/null';
  const to = filed ? join(root, file) : '/dev/null';
  const patch = createTwoFilesPatch(from, to, before, after, undefined, undefined, {
    ...{ context: 3, maxEditLength: EDITS_MAX, headerOptions: FILE_HEADERS_ONLY },
  });
  return patch ?? `--- ${from}\n+++ ${to}\nThe texts differ in too many lines to show them.\n`;
}
