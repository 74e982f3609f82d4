import { createHmac } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';

/** Limits how often something may be tried, across all processes of the server. */
export interface Attempts {
  /**
   * Takes one from each limit at once, or from none of them.
   * @returns how long to wait where one is used up; else what gives the attempt back
   */
  take(limits: readonly AttemptLimit[]): Promise<Taken>;
}

export interface AttemptLimit {
  /** What is limited, such as `sign-in/account`. */
  readonly scope: string;
  /** Whose attempts are counted together; strangers may choose it freely. */
  readonly subject: string;
  readonly max: number;
  readonly windowMs: number;
}

export type Taken =
  | { readonly outcome: 'taken'; giveBack(): Promise<void> }
  | { readonly outcome: 'refused'; readonly waitS: number };

/**
 * Rows of one scope. Subjects share a row by chance alone, since the hash is keyed: a stranger
 * cannot look for a subject that shares one with somebody else.
 */
const BUCKETS = 16_384;

export function createAttempts(db: Database, secret: string): Attempts {
  const keyOf = ({ scope, subject }: AttemptLimit) => {
    const hash = createHmac('sha256', secret).update(`${scope}\n${subject}`).digest();
    return `${scope}:${hash.readUInt32BE(0) % BUCKETS}`;
  };

  return {
    async take(limits) {
      const maxOf = new Map(limits.map((limit) => [keyOf(limit), limit.max]));
      const { rows } = await db.execute<Row>(increment(limits, keyOf));
      const used = rows.filter(({ key, count }) => count > (maxOf.get(key) ?? 0));
      const giveBack = async () => void (await db.execute(decrement([...maxOf.keys()])));
      if (used.length === 0) return { outcome: 'taken', giveBack };
      await giveBack();
      const waitMs = Math.max(...used.map(({ rest_ms: restMs }) => Number(restMs)));
      return { outcome: 'refused', waitS: Math.max(1, Math.ceil(waitMs / 1000)) };
    },
  };
}

interface Row extends Record<string, unknown> {
  readonly key: string;
  readonly count: number;
  readonly rest_ms: string;
}

/** In the order of the keys: two at once wait for each other in one direction only. */
function increment(limits: readonly AttemptLimit[], keyOf: (limit: AttemptLimit) => string): SQL {
  const keys = sql.param(limits.map(keyOf));
  const windows = sql.param(limits.map(({ windowMs }) => windowMs));
  return sql`
    insert into attempt as had (key, count, ends_at)
    select key, 1, clock_timestamp() + window_ms * interval '1 millisecond'
    from unnest(${keys}::text[], ${windows}::int[]) as wanted (key, window_ms)
    order by key
    on conflict (key) do update set
      count = case when had.ends_at <= clock_timestamp() then 1 else had.count + 1 end,
      ends_at = case when had.ends_at <= clock_timestamp() then excluded.ends_at else had.ends_at end
    returning key, count, extract(epoch from ends_at - clock_timestamp()) * 1000 as rest_ms`;
}

function decrement(keys: readonly string[]): SQL {
  return sql`
    update attempt set count = count - 1 where count > 0 and key in (
      select key from attempt where key = any(${sql.param(keys)}::text[]) order by key for update)`;
}
