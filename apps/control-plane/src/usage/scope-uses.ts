import { UNKNOWN_NEEDS } from '@tollkeeper/protocol';
import type { Prepared } from '../db/statement.ts';
import { joined } from './usage-row.ts';

/** Accepted calls of one key on one day (UTC), by what they needed of its scopes. */
export interface ScopeUseRow {
  readonly organizationId: string;
  readonly keyId: string;
  readonly minuteMs: number;
  /** See `formatScopeNeeds`. */
  readonly needs: string;
  /** Below zero for calls that are counted with other needs, after all. */
  readonly calls: number;
}

/**
 * How many needs are stored for one key on one day. Calls with others are added to those of unknown needs.
 * Processes that store at once may exceed it by what they store.
 */
export const NEEDS_PER_DAY_MAX = 128;

/** A statement that adds to what is stored, in one order of rows: two processes must not deadlock. */
export function addScopeUses(rows: readonly ScopeUseRow[]): Prepared[] {
  if (rows.length === 0) return [];
  const texts = [...new Set(rows.map(({ needs }) => needs))];
  const indexes = new Map(texts.map((text, at) => [text, at + 1]));
  const values = [
    joined(rows, (row) => row.organizationId),
    joined(rows, (row) => row.keyId),
    joined(rows, (row) => row.minuteMs),
    joined(rows, (row) => indexes.get(row.needs) ?? 0),
    joined(rows, (row) => row.calls),
    texts,
  ];
  return [{ name: 'add-scope-uses', text: ADD_USES, values }];
}

/** What is stored of the same key and day. */
const SAME_DAY = '(stored.organization_id, stored.key_id, stored.day)';
const COUNTED = '(counted.organization_id, counted.key_id, counted.day)';

const ADD_USES = `
  with counted as materialized (
    select organization_id, key_id, needs, sum(calls)::bigint as calls,
      (to_timestamp(minute_ms / 1000) at time zone 'UTC')::date as day
    from unnest(
      string_to_array($1, ' '), string_to_array($2, ' '), string_to_array($3, ' ')::float8[],
      string_to_array($4, ' ')::int[], string_to_array($5, ' ')::bigint[]
    ) as each (organization_id, key_id, minute_ms, at, calls)
    cross join lateral (select ($6::text[])[at] as needs) as text
    group by 1, 2, 3, 5
  ), compared as materialized (
    select counted.*, needs = '${UNKNOWN_NEEDS}' or exists (
      select from scope_use as stored where ${SAME_DAY} = ${COUNTED} and stored.needs = counted.needs
    ) as is_known
    from counted
  ), fitting as (
    select organization_id, key_id, day, needs, calls from compared where is_known
    union all
    select organization_id, key_id, day, case when number + (
      select count(*) from scope_use as stored where ${SAME_DAY} = ${COUNTED}
    ) <= ${NEEDS_PER_DAY_MAX} then needs else '${UNKNOWN_NEEDS}' end, calls
    from (
      select *, row_number() over (
        partition by organization_id, key_id, day order by calls desc, needs
      ) as number
      from compared where not is_known
    ) as counted
  )
  insert into scope_use as stored (organization_id, key_id, day, needs, calls)
  select organization_id, key_id, day, needs, sum(calls)::bigint from fitting
  group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (organization_id, key_id, day, needs)
    do update set calls = stored.calls + excluded.calls`;
