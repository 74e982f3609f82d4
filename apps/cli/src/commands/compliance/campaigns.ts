import {
  decidedCount,
  KEY_REVIEW_OUTCOMES,
  type KeyReview,
  REVIEW_CAMPAIGN_STATUSES,
  type ReviewCampaign,
} from '@tollkeeper/contract';
import {
  choice,
  flag,
  given,
  parsed,
  required,
  text,
  withDefault,
  YES,
} from '../../command/option.ts';
import { readCount, readLastMoment, requireChange } from '../../command/option-values.ts';
import { argument, verb } from '../../command/verb.ts';
import { listAll } from '../../lookup.ts';
import { asTable, hint, printFields, printLine, printTable } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeAndExact, relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { findMember } from '../members.ts';
import { findWorkspaceId } from '../workspaces.ts';
import { CAMPAIGN, findCampaign } from './find-campaign.ts';

const ENDS = parsed(
  'date',
  'Last day in UTC, such as 2026-12-31, or a time with its zone',
  readLastMoment,
);
const REVIEWER = text('member', 'Who reviews the keys whose owner cannot: an email or an id');

/** "12 of 40 decided": confirmed, revoked, or gone. */
function progressWords(campaign: ReviewCampaign): string {
  return `${decidedCount(campaign)} of ${campaign.keysCount}`;
}

const COLUMNS: readonly Column<ReviewCampaign>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'ENDS', cell: ({ endsAt }, now) => relativeTime(endsAt, now) },
  { title: 'DECIDED', cell: progressWords, align: 'right' },
  { title: 'CONFIRMED', cell: ({ counts }) => String(counts.confirmed), align: 'right' },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

export const campaigns = verb({
  name: 'campaigns',
  summary: 'List review campaigns, newest first',
  options: {
    status: choice('status', REVIEW_CAMPAIGN_STATUSES, 'Only campaigns with this status'),
    limit: withDefault(parsed('count', 'How many to show at most', readCount), 20),
  },
  run: async ({ ctx, options: { status, limit } }) => {
    const { client } = await connect(ctx);
    const load = (query: { limit: number; cursor?: string }) =>
      client.listReviewCampaigns({ query: { ...query, ...given({ status }) } });
    return listAll(load, { countMax: limit });
  },
  print: asTable(COLUMNS, {
    empty: 'There are no review campaigns. Run "tollkeeper compliance start" to begin one.',
  }),
});

export const start = verb({
  name: 'start',
  summary: 'Start a review campaign: owners confirm or revoke their keys until a date',
  examples: ["compliance start 'Q4 access review' --ends 2026-12-31 --disable"],
  args: [argument('name', 'What it is, such as "Q4 access review"')],
  options: {
    ends: required(ENDS),
    disable: flag('Disable at the end each key that nobody confirmed'),
    workspace: text('workspace', 'Review only the keys that are confined to this workspace'),
    reviewer: REVIEWER,
  },
  run: async ({ ctx, args: [name], options }) => {
    const { client } = await connect(ctx);
    const { ends: endsAt, disable = false, workspace, reviewer } = options;
    const reviewerId = reviewer && (await findMember(client, reviewer)).id;
    const workspaceId = workspace && (await findWorkspaceId(client, workspace));
    return client.startReviewCampaign(
      {
        body: { name, endsAt, disablesUnconfirmed: disable, ...given({ workspaceId, reviewerId }) },
      },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { id, keysCount, disablesUnconfirmed }) => {
    printLine(ctx, id);
    const end = disablesUnconfirmed ? 'What nobody confirms is disabled at the end.' : '';
    hint(ctx, `Asks for ${counted(keysCount, 'key')}. ${end}`.trim());
  },
});

const REVIEW_COLUMNS: readonly Column<KeyReview>[] = [
  { title: 'KEY', cell: ({ keyName }) => keyName, widthMin: 12 },
  { title: 'OUTCOME', cell: ({ outcome }) => outcome },
  { title: 'OWNER', cell: ({ ownerName }) => ownerName ?? '–', widthMin: 8 },
  { title: 'ASKED', cell: ({ reviewer }) => reviewer?.name ?? '–', widthMin: 8 },
  { title: 'DECIDED BY', cell: ({ decidedBy }) => decidedBy ?? '–', optional: true },
  { title: 'ID', cell: ({ keyId }) => keyId, optional: true },
];

export const progress = verb({
  name: 'progress',
  summary: 'Show how far a review campaign is, and its keys',
  args: [CAMPAIGN],
  options: {
    outcome: choice('outcome', KEY_REVIEW_OUTCOMES, 'Only keys with this outcome'),
    limit: withDefault(parsed('count', 'How many keys to show at most', readCount), 50),
  },
  run: async ({ ctx, args: [reference], options: { outcome, limit } }) => {
    const { client } = await connect(ctx);
    const campaign = await findCampaign(client, reference);
    const load = (query: { limit: number; cursor?: string }) =>
      client.listKeyReviews({
        params: { id: campaign.id },
        query: { ...query, ...given({ outcome }) },
      });
    const { data: reviews } = await listAll(load, { countMax: limit });
    return { ...campaign, reviews };
  },
  print: (ctx, { reviews, ...campaign }) => {
    printFields(ctx, [
      ['Campaign', campaign.name],
      ['Status', campaign.status],
      ['Ends', relativeAndExact(campaign.endsAt, ctx.now())],
      ['Decided', progressWords(campaign)],
      ...Object.entries(campaign.counts)
        .filter(([, count]) => count > 0)
        .map(([outcome, count]) => [`  ${outcome}`, String(count)] as const),
      ['Reviewer', campaign.reviewer.name],
      [
        'At the end',
        campaign.disablesUnconfirmed ? 'disables what nobody confirmed' : 'changes no key',
      ],
    ]);
    if (!campaign.reviewerCanReview) {
      hint(
        ctx,
        'The reviewer may no longer decide about every key. Choose another with "compliance extend --reviewer".',
      );
    }
    if (reviews.length > 0) printTable(ctx, REVIEW_COLUMNS, reviews);
  },
});

export const extend = verb({
  name: 'extend',
  summary: 'Give a review campaign a later end, another name or another reviewer',
  examples: ["compliance extend 'Q4 access review' --ends 2027-01-15"],
  args: [CAMPAIGN],
  options: { ends: ENDS, name: text('name', 'New name'), reviewer: REVIEWER },
  run: async ({ ctx, args: [reference], options: { ends: endsAt, name, reviewer } }) => {
    requireChange(given({ endsAt, name, reviewer }), '--ends, --name or --reviewer');
    const { client } = await connect(ctx);
    const { id } = await findCampaign(client, reference);
    const reviewerId = reviewer && (await findMember(client, reviewer)).id;
    return client.updateReviewCampaign({
      params: { id },
      body: given({ endsAt, name, reviewerId }),
    });
  },
  print: (ctx, { name, endsAt }) =>
    printLine(ctx, `"${name}" ends ${relativeAndExact(endsAt, ctx.now())}.`),
});

export const end = verb({
  name: 'end',
  summary: 'End a review campaign now, as it would end at its date',
  args: [CAMPAIGN],
  options: { yes: YES },
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, name, counts, disablesUnconfirmed } = await findCampaign(client, reference);
    requireYesOrTerminal(ctx, yes);
    const effect = disablesUnconfirmed ? `, which disables ${counted(counts.pending, 'key')}` : '';
    if (!yes) await agree(ctx, `End "${name}" now${effect}?`);
    return client.endReviewCampaign({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `"${name}" is ending.`),
});

export const cancel = verb({
  name: 'cancel',
  summary: 'Cancel a review campaign: no key is disabled',
  args: [CAMPAIGN],
  options: { yes: YES },
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findCampaign(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Cancel the review campaign "${name}"?`);
    return client.cancelReviewCampaign({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Cancelled "${name}".`),
});

export const deleteCampaign = verb({
  name: 'delete-campaign',
  summary: 'Delete a review campaign that is over; the audit log keeps what was decided',
  args: [CAMPAIGN],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findCampaign(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Delete the review campaign "${name}" for good?`);
    await client.deleteReviewCampaign({ params: { id } });
    return name;
  },
  print: (ctx, name) => printLine(ctx, `Deleted "${name}".`),
});
