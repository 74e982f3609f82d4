import {
  ACCESS_ADVICE,
  type AccessAdvice,
  type AccessReview,
  KEY_STATES,
  type ReviewedScope,
  type ScopeReplay,
} from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { choice, flag, given, parsed, text, withDefault, YES } from '../../command/option.ts';
import { readCount } from '../../command/option-values.ts';
import { argumentList, verb } from '../../command/verb.ts';
import { listAll } from '../../lookup.ts';
import { asTable, hint, printFields, printLine, printTable } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeAndExact } from '../../text/format.ts';
import type { Color, Column } from '../../text/table.ts';
import { KEY, openKey } from '../keys/open-key.ts';
import { findMemberId } from '../members.ts';
import { findWorkspaceId } from '../workspaces.ts';

const ADVICE_COLORS: Readonly<Record<AccessAdvice, Color>> = {
  reduce: 'yellow',
  keep: 'green',
  revoke: 'red',
  wait: 'dim',
};

const COLUMNS: readonly Column<AccessReview>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'PREFIX', cell: ({ prefix }) => prefix },
  {
    title: 'ADVICE',
    cell: ({ advice }) => `● ${advice}`,
    color: ({ advice }) => ADVICE_COLORS[advice],
  },
  { title: 'SCOPES', cell: scopeCounts, align: 'right' },
  { title: 'CALLS', cell: ({ calls }) => calls.toLocaleString('en'), align: 'right' },
  { title: 'OWNER', cell: ({ owner }) => owner.name, optional: true },
];

function scopeCounts({ scopes }: AccessReview): string {
  const used = scopes.filter(({ use }) => use !== 'unused').length;
  return `${used} of ${scopes.length}`;
}

export const listReviews = verb({
  name: 'access-review',
  summary: 'Review keys: which of their scopes calls of the last 90 days used',
  examples: [
    'compliance access-review --advice reduce',
    'compliance access-review --member me --json',
  ],
  options: {
    state: choice('state', KEY_STATES, 'Only keys in this state; all but revoked ones without it'),
    search: text('text', 'Only keys with this text in their name, prefix or tags'),
    member: text('member', 'Only keys of this owner: "me", an id, an email or a name'),
    workspace: text('workspace', 'Only keys confined to this workspace: id or name'),
    used: flag('Only keys with accepted calls in the last 90 days', { conflicts: ['unused'] }),
    unused: flag('Only keys without', { conflicts: ['used'] }),
    advice: choice('advice', ACCESS_ADVICE, 'Only keys with this advice'),
    limit: withDefault(parsed('count', 'How many to show at most', readCount), 20),
  },
  run: async ({ ctx, options }) => {
    const { state, search, member, workspace, used, unused, advice, limit } = options;
    const { client } = await connect(ctx);
    const filters = given({
      ...{ state, search, advice },
      memberId: member ? await findMemberId(client, member) : undefined,
      workspaceId: workspace ? await findWorkspaceId(client, workspace) : undefined,
      used: used ? ('true' as const) : unused ? ('false' as const) : undefined,
    });
    const load = (query: { limit: number; cursor?: string }) =>
      client.listAccessReviews({ query: { ...query, ...filters } });
    return listAll(load, { countMax: limit });
  },
  print: asTable(COLUMNS, { empty: 'There are no such keys.' }),
});

export const showReview = verb({
  name: 'review-key',
  summary: 'Show how each scope of a key was used, and which scopes would be enough',
  args: [KEY],
  run: async ({ ctx, args: [reference] }) => {
    const { client, params } = await openKey(ctx, reference);
    return client.getAccessReview({ params });
  },
  print: printReview,
});

const SCOPES: readonly Column<ReviewedScope>[] = [
  { title: 'SCOPE', cell: ({ name }) => name, widthMin: 12 },
  {
    title: 'USE',
    cell: ({ use, isInForce }) => (isInForce ? use : `${use}, not in force`),
    color: ({ use }) => (use === 'unused' ? 'yellow' : undefined),
  },
  { title: 'CALLS', cell: ({ calls }) => calls.toLocaleString('en'), align: 'right' },
  { title: 'LAST USED', cell: ({ lastUsedOn }) => lastUsedOn ?? '' },
];

function printReview(ctx: CliContext, review: AccessReview): void {
  const { name, prefix, owner, calls, unknownCalls, proposedScopes, advice, replay } = review;
  const since = relativeAndExact(review.recordedSince, ctx.now());
  printFields(ctx, [
    ['Key', `${name} (${prefix}…)`],
    ['Owner', owner.email ? `${owner.name} (${owner.email})` : owner.name],
    ['Recorded since', since],
    ['Accepted calls', calls.toLocaleString('en')],
    ...(unknownCalls > 0
      ? [['Of unknown needs', unknownCalls.toLocaleString('en'), 'yellow'] as const]
      : []),
    ['Advice', ADVICE[advice], ADVICE_COLORS[advice]],
    ...(proposedScopes ? [['Proposed scopes', proposedScopes.join(' ')] as const] : []),
    ['Replay', replayText(replay)],
  ]);
  printTable(ctx, SCOPES, review.scopes);
  if (proposedScopes) {
    hint(ctx, `Run "tollkeeper compliance apply-review ${review.id}" to apply the proposal.`);
  }
}

const ADVICE: Readonly<Record<AccessAdvice, string>> = {
  reduce: 'Reduce: fewer scopes would have been enough',
  keep: 'Keep: its calls used what it has',
  revoke: 'Revoke: no call was accepted in the last 90 days',
  wait: 'Wait: not enough is known of its calls',
};

function replayText({ calls, refused, uncertain, outdated }: ScopeReplay): string {
  const number = (count: number) => count.toLocaleString('en');
  return [
    `${number(refused)} of ${number(calls)} calls would have been refused`,
    ...(uncertain > 0 ? [`${number(uncertain)} more may have been refused or shown less`] : []),
    ...(outdated > 0 ? [`${number(outdated)} further calls the key could no longer make`] : []),
  ].join('; ');
}

export const replayReview = verb({
  name: 'replay-scopes',
  summary: 'Say how many calls of the last 90 days other scopes would have refused',
  examples: ['compliance replay-scopes ci-pipeline apis.call invoices.read'],
  args: [KEY, argumentList('scope', 'All scopes that the key would have')],
  run: async ({ ctx, args: [reference, scopes] }) => {
    const { client, params } = await openKey(ctx, reference);
    return client.replayScopes({ params, body: { scopes } });
  },
  print: (ctx, replay) => printLine(ctx, `${replayText(replay)}.`),
});

export const applyReview = verb({
  name: 'apply-review',
  summary: 'Give a key the scopes that its review proposes; shows them and asks first',
  args: [KEY],
  options: { yes: YES },
  json: { help: "Do not ask, and print the API's JSON, for scripts" },
  run: async ({ ctx, args: [reference], options: { yes }, json }) => {
    const { client, params } = await openKey(ctx, reference);
    requireYesOrTerminal(ctx, yes || json);
    const review = await client.getAccessReview({ params });
    const { name, proposedScopes, scopes, replay, etag } = review;
    if (!proposedScopes) return { key: await client.getKey({ params }), isChanged: false };
    const removed = scopes
      .map((each) => each.name)
      .filter((each) => !proposedScopes.includes(each));
    if (!json) {
      printFields(ctx, [
        ['Keeps scopes', proposedScopes.join(' ')],
        ['Removes scopes', removed.join(' '), 'red'],
        ['Replay', replayText(replay)],
      ]);
    }
    if (!yes && !json)
      await agree(ctx, `Remove ${counted(removed.length, 'scope')} from "${name}"?`);
    // An edit that somebody saved meanwhile is not overwritten.
    const key = await client.updateKey({ params, body: { scopes: proposedScopes, etag } });
    return { key, isChanged: true };
  },
  answer: ({ key }) => key,
  print: (ctx, { key: { name, scopes }, isChanged }) => {
    if (isChanged) printLine(ctx, `"${name}" has ${counted(scopes.length, 'scope')} now.`);
    else hint(ctx, `Nothing to apply: the review of "${name}" proposes no fewer scopes.`);
  },
});
