import { join } from 'node:path';
import { ApiError, type Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { flag, YES } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { confirm, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { comparePolicies, nameOf } from './compare-policies.ts';
import { DRY_RUN, FOLDER, WORKSPACE } from './folder-options.ts';
import { type PlannedChange, planChanges, scopesOf } from './plan-changes.ts';
import { invalidPolicies } from './policy-folder.ts';
import { sendChange } from './send-change.ts';

export const applyPolicies = verb({
  name: 'apply',
  summary: 'Make the policies of the server those in files',
  notes:
    'All texts are checked before anything changes. It deletes no policy unless --delete is given, and asks before it deletes or disables one. With --dry-run, exit code 2 means that it would change something.',
  examples: ['policies apply -f policies --dry-run', 'policies apply -f policies --delete --yes'],
  options: {
    folder: FOLDER,
    workspace: WORKSPACE,
    delete: flag('Delete policies that are in no file'),
    dryRun: DRY_RUN,
    yes: YES,
  },
  json: { help: 'Print the changes as JSON, for scripts' },
  run: async ({ ctx, json, options }) => {
    const { folder: root, workspace, delete: deletes, dryRun, yes } = options;
    const { client } = await connect(ctx);
    const { pairs, filed } = await comparePolicies(client, root, workspace);
    if (filed.length === 0) {
      throw new Failure(EXIT.usage, `There are no policies in the folder "${root}".`);
    }
    const changes = planChanges(pairs, deletes === true);
    await validateTexts(client, root, changes);
    if (!dryRun) {
      await requireScopes(client, changes);
      await confirmLosses(ctx, changes, yes);
      await sendAll(client, changes, { ctx, json });
    }
    const kept = deletes ? [] : pairs.filter(({ filed }) => !filed).map(nameOf);
    return { dryRun: dryRun === true, changes: changes.map(describe), kept };
  },
  exitCode: ({ dryRun, changes }) => (dryRun && changes.length > 0 ? EXIT.different : EXIT.ok),
  print: (ctx, { dryRun, changes, kept }) => {
    for (const { action, place, name, fields } of changes) {
      const said = dryRun ? action.padEnd(6) : `${action}d`.padEnd(7);
      const more = fields.length === 0 ? '' : `: ${fields.join(', ')}`;
      printLine(ctx, `${said} ${place}: "${name}"${more}`);
    }
    if (changes.length === 0) hint(ctx, 'The server has what the files hold.');
    if (kept.length > 0) {
      const names = kept.map((name) => `"${name}"`).join(', ');
      hint(ctx, `Kept, since --delete was not given, though no file has it: ${names}.`);
    }
  },
});

function describe({ action, pair, name, fields }: PlannedChange) {
  const { folder, workspaceId } = pair;
  return { action, place: folder, workspaceId, name, fields };
}

/** @throws Failure that names each place of each text that the server would refuse */
async function validateTexts(
  client: Client,
  root: string,
  changes: readonly PlannedChange[],
): Promise<void> {
  const faults: string[] = [];
  for (const { action, pair, fields } of changes) {
    const { filed, workspaceId } = pair;
    if (!filed || !(action === 'create' || fields.includes('text'))) continue;
    const path = join(root, filed.folder, filed.file);
    const errors = await findErrors(client, filed.text, workspaceId);
    for (const { line, column, message } of errors) {
      faults.push(`${path}:${line + filed.textLine - 1}:${column}: ${message}`);
    }
  }
  if (faults.length > 0) throw invalidPolicies(faults);
}

async function findErrors(client: Client, text: string, workspaceId: string | null) {
  try {
    return (await client.validatePolicy({ body: { text, workspaceId } })).errors;
  } catch (error) {
    // Of the text as a whole, such as a character that would hide part of it.
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    return [{ message: error.problem.detail, line: 1, column: 1 }];
  }
}

/** Before the first change, so that none of them is made where not all of them may be. */
async function requireScopes(client: Client, changes: readonly PlannedChange[]): Promise<void> {
  const { scopes } = await client.whoami();
  const held = new Set<string>(scopes);
  const missing = [...new Set(changes.flatMap(scopesOf))].filter((scope) => !held.has(scope));
  if (missing.length === 0) return;
  const named = missing.map((scope) => `"${scope}"`).join(', ');
  const why = missing.includes('security.manage')
    ? ' Policies of the organization need "security.manage".'
    : '';
  const text = `These changes need ${named}, which you do not hold.${why} Nothing was changed.`;
  throw new Failure(EXIT.forbidden, text);
}

async function confirmLosses(
  ctx: CliContext,
  changes: readonly PlannedChange[],
  yes: true | undefined,
): Promise<void> {
  const deleted = changes.filter(({ action }) => action === 'delete');
  const disabled = changes.filter(({ disables }) => disables);
  if (deleted.length + disabled.length === 0 || yes) return;
  requireYesOrTerminal(ctx, yes);
  const list = (named: readonly PlannedChange[]) =>
    named.map(({ pair, name }) => `"${name}" (${pair.folder})`).join(', ');
  const sentences = [
    ...(deleted.length > 0 ? [`This deletes for good, with all versions: ${list(deleted)}.`] : []),
    ...(disabled.length > 0 ? [`This disables: ${list(disabled)}.`] : []),
  ];
  await confirm(ctx, { what: sentences.join(' '), ask: '"yes"', answer: 'yes' });
}

async function sendAll(
  client: Client,
  changes: readonly PlannedChange[],
  { ctx, json }: { readonly ctx: CliContext; readonly json: boolean },
): Promise<void> {
  let count = 0;
  try {
    for (const change of changes) {
      await sendChange(client, change, ctx.createId);
      count += 1;
    }
  } catch (error) {
    if (!json) {
      const at = changes[count];
      const done = `${count} of ${changes.length} changes were made`;
      hint(ctx, `The policy "${at?.name}" was not changed; ${done}. Run it again for the others.`);
    }
    throw error;
  }
}
