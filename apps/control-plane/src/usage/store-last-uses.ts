import type { Database } from '../db/connect.ts';
import { defineStatement } from '../db/statement.ts';
import { joined, type LastUse } from './usage-row.ts';

/** When a key of the owner in the workspace was last called, in milliseconds since the epoch. */
export interface LastCall {
  readonly organizationId: string;
  readonly ownerId: string;
  readonly workspaceId: string | null;
  readonly lastAcceptedMs: number;
}

interface Numbered {
  readonly number: number;
}

/** Whether a statement leaves out the rows that others have locked, or waits for them. */
type Mode = 'skips' | 'waits';

const LOCKED: Readonly<Record<Mode, string>> = { skips: 'skip locked', waits: '' };

const defineUses = (mode: Mode) =>
  defineStatement<Numbered, [keyIds: string, timesMs: string]>(
    `store-last-uses-${mode}`,
    `with free as materialized (
      select id, last_ms, number
      from unnest(string_to_array($1, ' '), string_to_array($2, ' ')::float8[])
        with ordinality as used (key_id, last_ms, number)
      join api_key on id = key_id
      for no key update of api_key ${LOCKED[mode]}
    ), stored as (
      update api_key set last_used_at = greatest(last_used_at, to_timestamp(last_ms / 1000))
      from free where api_key.id = free.id
      returning number
    )
    select number from generate_series(1, cardinality(string_to_array($1, ' '))) as number
    where number not in (select number from stored)`,
  );

const storeUses = { skips: defineUses('skips'), waits: defineUses('waits') };

const defineCalls = (mode: Mode) =>
  defineStatement<Numbered, [string[], string[], string[], number[]]>(
    `store-last-calls-${mode}`,
    `with free as materialized (
      select organization_id, member_id, workspace_id, last_ms, number
      from unnest($1::text[], $2::text[], $3::text[], $4::float8[])
        with ordinality as called (organization_id, member_id, workspace_id, last_ms, number)
      join key_total using (organization_id, member_id, workspace_id)
      for no key update of key_total ${LOCKED[mode]}
    ), stored as (
      update key_total as total
      set last_call_at = greatest(total.last_call_at, to_timestamp(last_ms / 1000))
      from free
      where (total.organization_id, total.member_id, total.workspace_id)
          = (free.organization_id, free.member_id, free.workspace_id)
      returning number
    )
    select number from generate_series(1, cardinality($1::text[])) as number
    where number not in (select number from stored)`,
  );

const storeCalls = { skips: defineCalls('skips'), waits: defineCalls('waits') };

/**
 * Only moves forward, and only in rows that exist: a late count revives no deleted key.
 *
 * Waits for no row while it holds another. Changes lock the rows of their callers, and the totals of
 * new keys, in the order in which they came; several share a transaction, so that no order of ours
 * would keep the two from a deadlock.
 */
export async function storeLastUses(db: Database, uses: readonly LastUse[]): Promise<void> {
  await storeEach(uses, (some, mode) =>
    storeUses[mode](db, [
      joined(some, ({ keyId }) => keyId),
      joined(some, ({ lastAcceptedMs }) => lastAcceptedMs),
    ]),
  );
}

/** Notes in the totals, which survive the keys, when one of theirs was last called. */
export async function storeLastCalls(db: Database, calls: readonly LastCall[]): Promise<void> {
  await storeEach(calls, (some, mode) =>
    storeCalls[mode](db, [
      some.map(({ organizationId }) => organizationId),
      some.map(({ ownerId }) => ownerId),
      some.map(({ workspaceId }) => workspaceId ?? ''),
      some.map(({ lastAcceptedMs }) => lastAcceptedMs),
    ]),
  );
}

/**
 * All that nobody else has locked by one statement, and then the others one by one.
 * @param store answers the numbers, from 1, of those that were not stored
 */
async function storeEach<T>(
  all: readonly T[],
  store: (some: readonly T[], mode: Mode) => Promise<Numbered[]>,
): Promise<void> {
  if (all.length === 0) return;
  const left = new Set((await store(all, 'skips')).map(({ number }) => number));
  for (const each of all.filter((_, at) => left.has(at + 1))) await store([each], 'waits');
}
