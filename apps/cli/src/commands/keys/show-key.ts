import type { ApiKeyDetail, RouteOutput, Routes } from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { verb } from '../../command/verb.ts';
import { type Field, printFields } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeAndExact } from '../../text/format.ts';
import { workspaceText } from '../workspaces.ts';
import { STATE_COLORS } from './list-keys.ts';
import { KEY, openKey } from './open-key.ts';

type Stats = RouteOutput<Routes['getKeyStats']>;

export const showKey = verb({
  name: 'show',
  summary: 'Show a key in detail, with the scopes in force now',
  args: [KEY],
  run: async ({ ctx, args: [reference] }) => {
    const { client, params } = await openKey(ctx, reference);
    const key = await client.getKey({ params });
    return { key, workspace: await workspaceText(client, key.workspaceId) };
  },
  answer: ({ key }) => key,
  print: (ctx, { key, workspace }) => printKey(ctx, key, workspace),
});

export const showKeyStats = verb({
  name: 'stats',
  summary: "Show how many keys and calls there are, and how much of the plan's limit is used",
  run: async ({ ctx }) => (await connect(ctx)).client.getKeyStats(),
  print: (ctx, stats) =>
    printFields(ctx, [
      ['Keys ever created', stats.totalKeys.toLocaleString('en')],
      ['Active keys', stats.activeKeys.toLocaleString('en')],
      ['Calls in 24 hours', stats.apiCalls24h.toLocaleString('en')],
      ['Denied in 24 hours', stats.deniedCalls24h.toLocaleString('en')],
      ['Last call', relativeAndExact(stats.lastCallAt, ctx.now())],
      limitField(stats),
    ]),
});

function limitField({ keysUsed, keysMax, plan }: Stats): Field {
  const name = `Plan ${plan}`;
  if (keysMax === null) return [name, `${keysUsed} keys, without a limit`];
  const text = `${keysUsed} of ${keysMax} keys`;
  return keysUsed < keysMax ? [name, text] : [name, `${text}: full`, 'yellow'];
}

function printKey(ctx: CliContext, key: ApiKeyDetail, workspace: string): void {
  const time = (instant: string | null) => relativeAndExact(instant, ctx.now());
  const { revokedAt, revokeReason, previousSecretExpiresAt, disablesAt, createdBy } = key;
  const { createdByKey } = key;
  printFields(ctx, [
    ['Name', key.name],
    ['Id', key.id],
    ['Prefix', `${key.prefix}…`],
    ['State', `● ${key.state}${key.canary ? ' (canary)' : ''}`, STATE_COLORS[key.state]],
    ['A request now', answerText(key)],
    ...disabled(key, time),
    ...(revokedAt ? [['Revoked', time(revokedAt)] as const] : []),
    ...(revokeReason ? [['Reason', revokeReason] as const] : []),
    ['Created', time(key.createdAt)],
    ['Created by', creatorText(createdBy)],
    ...(createdByKey
      ? [['Created by key', `${createdByKey.name ?? 'a key'} (${createdByKey.id})`] as const]
      : []),
    ['Last used', time(key.lastUsedAt)],
    ['Expires', time(key.expiresAt)],
    ...(disablesAt ? [['Disabled if unused', time(disablesAt)] as const] : []),
    ...(previousSecretExpiresAt
      ? [['Old secret ends', time(previousSecretExpiresAt)] as const]
      : []),
    ['Accepted from', key.allowedIps.join(' ') || 'any address'],
    ['Tags', key.tags.join(', ') || 'none'],
    ['Workspace', workspace],
    ['Profile', key.profile],
    ['Scopes', key.scopes.join(' ') || 'none'],
    ...dormant(key),
  ]);
}

/** The server withholds the address from callers who may not see it. */
function creatorText({ name, email }: ApiKeyDetail['createdBy']): string {
  return email === null ? name : `${name} <${email}>`;
}

function disabled(
  { disabledBy, disabledAt }: ApiKeyDetail,
  time: (instant: string | null) => string,
): Field[] {
  if (disabledBy === null) return [];
  const by = disabledBy.type === 'job' ? jobText(disabledBy.job) : disabledBy.name;
  return [['Disabled', `${time(disabledAt)} by ${by}`]];
}

function answerText({ canary, state, decision }: ApiKeyDetail): string {
  if (canary && (state === 'active' || state === 'expired')) {
    return 'raises an alarm, and is answered as if there were no such key';
  }
  return decision === 'valid' ? 'is accepted' : `is refused: ${decision}`;
}

/** Scopes that the key has and its owner no longer holds. */
function dormant({ decision, scopes, scopesInForce }: ApiKeyDetail) {
  if (decision !== 'valid') return [];
  const inForce = new Set(scopesInForce);
  const missing = scopes.filter((scope) => !inForce.has(scope));
  return missing.length === 0 ? [] : [['Not in force', missing.join(' '), 'yellow'] as const];
}

function jobText(job: string): string {
  if (job === 'end-review-campaigns') return 'a review campaign';
  return job === 'leak-response' ? 'the response to a leak' : 'the job for unused keys';
}
