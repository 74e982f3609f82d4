import { CONFIRMED_KEYS_MAX, type OwnKeyReview } from '@tollkeeper/contract';
import { flag } from '../../command/option.ts';
import { optionalArgumentList, verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { listAll } from '../../lookup.ts';
import { asTable, hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';

const COLUMNS: readonly Column<OwnKeyReview>[] = [
  { title: 'KEY', cell: ({ keyName }) => keyName, widthMin: 12 },
  { title: 'STATE', cell: ({ state }) => state },
  { title: 'LAST USED', cell: ({ lastUsedAt }, now) => relativeTime(lastUsedAt, now) },
  { title: 'UNTIL', cell: ({ endsAt }, now) => relativeTime(endsAt, now) },
  { title: 'OWNER', cell: ({ ownerName }) => ownerName, optional: true },
  { title: 'CAMPAIGN', cell: ({ campaignName }) => campaignName, optional: true },
  { title: 'ID', cell: ({ keyId }) => keyId },
];

export const reviews = verb({
  name: 'reviews',
  summary: 'List the keys that wait for your review',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listOwnKeyReviews({ query }));
  },
  print: asTable(COLUMNS, { empty: 'No key waits for your review.' }),
});

export const confirm = verb({
  name: 'confirm',
  summary: 'Confirm keys that wait for your review; to decide against one, revoke it',
  examples: ['compliance confirm ci-pipeline cursor-dev', 'compliance confirm --all'],
  args: [optionalArgumentList('key', 'Id or exact name of a key that waits for your review')],
  options: { all: flag('Confirm every key that waits for your review') },
  run: async ({ ctx, args: [references], options: { all } }) => {
    if (references.length > 0 === (all === true)) {
      throw new Failure(EXIT.usage, 'Name the keys to confirm, or add --all.');
    }
    const { client } = await connect(ctx);
    const { data } = await listAll((query) => client.listOwnKeyReviews({ query }));
    const chosen = all ? data : references.flatMap((reference) => findReviews(data, reference));
    const refused: string[] = [];
    for (const [id, ofCampaign] of Map.groupBy(chosen, ({ campaignId }) => campaignId)) {
      for (let at = 0; at < ofCampaign.length; at += CONFIRMED_KEYS_MAX) {
        const keyIds = ofCampaign.slice(at, at + CONFIRMED_KEYS_MAX).map(({ keyId }) => keyId);
        const { results } = await client.confirmKeyReviews({ params: { id }, body: { keyIds } });
        refused.push(...results.flatMap(({ error }) => (error ? [error.detail] : [])));
      }
    }
    return { confirmedCount: chosen.length - refused.length, refused };
  },
  check: ({ refused }) => {
    if (refused.length > 0) {
      throw new Failure(EXIT.unexpected, 'Some keys were not confirmed.', { details: refused });
    }
  },
  print: (ctx, { confirmedCount }) => {
    if (confirmedCount === 0) hint(ctx, 'No key waits for your review.');
    else printLine(ctx, `Confirmed ${counted(confirmedCount, 'key')}.`);
  },
});

/** Of one name or id, in each campaign that asks for it. Throws Failure if none does. */
function findReviews(waiting: readonly OwnKeyReview[], reference: string): OwnKeyReview[] {
  const found = waiting.filter(
    ({ keyId, keyName }) => keyId === reference || keyName === reference,
  );
  const ids = new Set(found.map(({ keyId }) => keyId));
  if (ids.size === 1) return found;
  const advice = 'Run "tollkeeper compliance reviews" to see the keys that wait for you.';
  throw ids.size === 0
    ? new Failure(EXIT.notFound, `No key "${reference}" waits for your review. ${advice}`)
    : new Failure(EXIT.usage, `"${reference}" matches ${ids.size} keys. Give an id. ${advice}`);
}
