import { apiKeyId, type RouteOutput, type Routes } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { flag, given, repeated, text, YES } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { hint } from '../../output.ts';
import { confirm, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted } from '../../text/format.ts';
import {
  changeKeys,
  exitCodeOfOutcome,
  labelOf,
  type NamedKey,
  printOutcome,
} from './change-keys.ts';
import {
  createdByKeys,
  findKeptMembers,
  keptMembersText,
  requireCascadeToKeep,
} from './created-by-key.ts';
import { KEYS, openKeys } from './open-key.ts';

type Results = RouteOutput<Routes['revokeKeys']>['results'];

const CASCADE = flag(
  'Also revoke everything that the keys created or rotated, delete their webhook endpoints, log streams, chat destinations, join keys, invitations and gateways, and remove the members who joined by their invitations',
);
const KEEP_MEMBER = repeated(
  'member',
  'With --cascade, do not remove this member: an email, an id, or "all"; repeat it for several members',
);

export const revokeKeys = verb({
  name: 'revoke',
  summary: 'Refuse keys for good, and keep their records',
  examples: [
    'keys revoke ci-pipeline --reason "leaked in a log"',
    'keys revoke ci-pipeline --cascade --keep-member eve@example.com',
  ],
  args: [KEYS],
  options: {
    reason: text('text', 'Stored with the record and in the audit log'),
    cascade: CASCADE,
    keepMember: KEEP_MEMBER,
    yes: YES,
  },
  json: { help: "Print the API's JSON, for scripts; for several keys, a result for each" },
  run: async ({ ctx, args: [references], options }) => {
    const { reason, cascade = false } = options;
    const loss = 'stops working for good';
    const { client, keys, keepMembers } = await openKeysToEnd(ctx, references, options, loss);
    const body = { cascade, ...given({ keepMembers, reason }) };
    return changeKeys(keys, {
      done: 'Revoked',
      suffix: cascade ? ' for good, and everything it created or rotated' : ' for good',
      changeOne: (id) => client.revokeKey({ params: { id }, body }),
      changeMany: (ids) => client.revokeKeys({ body: { ids, ...body } }),
    });
  },
  answer: ({ json }) => json,
  print: printOutcome,
  exitCode: exitCodeOfOutcome,
});

export const deleteKeys = verb({
  name: 'delete',
  summary: 'Delete keys with their records; only the audit log and the counts remember them',
  examples: ['keys delete ci-pipeline', 'keys delete key_4mKfQ2xYb7TzR9pLw3Hd --cascade'],
  args: [KEYS],
  options: { cascade: CASCADE, keepMember: KEEP_MEMBER, yes: YES },
  json: {
    help: 'Print a result for each of several keys, as JSON; nothing for one key, since the API answers without JSON',
  },
  run: async ({ ctx, args: [references], options }) => {
    const { cascade = false } = options;
    const loss = 'is deleted for good, with its record';
    const { client, keys, keepMembers } = await openKeysToEnd(
      ctx,
      references,
      options,
      loss,
      cascade ? openKeysOrDeleted : openKeys,
    );
    const query = {
      cascade: cascade ? ('true' as const) : ('false' as const),
      ...keptMembersText(keepMembers),
    };
    const deleteOne = async (id: string): Promise<undefined> => {
      await client.deleteKey({ params: { id }, query });
    };
    const isDeleted = keys.some(({ prefix }) => prefix === null);
    return changeKeys(keys, {
      done: isDeleted ? 'Ended everything that' : 'Deleted',
      suffix: isDeleted
        ? ' created or rotated'
        : cascade
          ? ', and revoked everything it created or rotated'
          : '',
      changeOne: deleteOne,
      changeMany: async ([id = '']) => ({ results: await resultOf(id, deleteOne) }),
      atOnceMax: 1,
    });
  },
  answer: ({ json }) => json,
  print: printOutcome,
  exitCode: exitCodeOfOutcome,
});

interface EndOptions {
  readonly cascade: true | undefined;
  readonly keepMember: readonly string[] | undefined;
  readonly yes: true | undefined;
}

interface Opened {
  readonly client: Client;
  readonly keys: readonly NamedKey[];
}

/** One id alone may also name a deleted key: what it created can still be ended. Throws Failure. */
async function openKeysOrDeleted(ctx: CliContext, references: readonly string[]): Promise<Opened> {
  try {
    return await openKeys(ctx, references);
  } catch (error) {
    const [id = '', ...others] = references;
    const isGone = error instanceof ApiError && error.code === 'not_found';
    if (!isGone || others.length > 0 || !apiKeyId.safeParse(id).success) throw error;
    const { client } = await connect(ctx);
    return { client, keys: [{ id, name: id, prefix: null }] };
  }
}

/**
 * Finds the keys that a command ends, and lets a person confirm it. Throws Failure unless they do.
 * @param loss what happens to a key: "stops working for good"
 */
async function openKeysToEnd(
  ctx: CliContext,
  references: readonly string[],
  options: EndOptions,
  loss: string,
  open: (ctx: CliContext, references: readonly string[]) => Promise<Opened> = openKeys,
) {
  requireCascadeToKeep(options);
  const { client, keys } = await open(ctx, references);
  const keepMembers = await findKeptMembers(client, options.keepMember);
  requireYesOrTerminal(ctx, options.yes);
  if (!options.yes) {
    const created = await createdByKeys(client, keys, options.cascade ?? false, keepMembers);
    await confirmEnd(ctx, keys, loss, created);
  }
  return { client, keys, keepMembers };
}

/** Asks for the name of one key, or for the number of several. Throws Failure. */
function confirmEnd(
  ctx: CliContext,
  keys: readonly NamedKey[],
  loss: string,
  created: string,
): Promise<void> {
  const [only, ...others] = keys;
  if (only && others.length === 0) {
    const isDeleted = only.prefix === null;
    const what = `${labelOf(only)} ${isDeleted ? 'was deleted before' : loss}. ${created}`;
    return confirm(ctx, { what, ask: isDeleted ? 'its id' : 'its name', answer: only.name });
  }
  for (const { name, prefix } of keys) hint(ctx, `  ${prefix}…  ${name}`);
  const what = `Each of these ${counted(keys.length, 'key')} ${loss}. ${created}`;
  return confirm(ctx, { what, ask: 'the number of keys', answer: String(keys.length) });
}

/** The API deletes one key at a time; its refusal becomes a result as those of several are. */
async function resultOf(id: string, deleteOne: (id: string) => Promise<unknown>): Promise<Results> {
  try {
    await deleteOne(id);
    return [{ id, error: null }];
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'unavailable') throw error;
    const { code, detail, scopes } = error.problem;
    return [{ id, error: { code, detail, ...(scopes && { scopes }) } }];
  }
}
