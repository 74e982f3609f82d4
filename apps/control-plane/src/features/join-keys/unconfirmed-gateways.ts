import { and, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { gateway } from '../../db/schema/index.ts';

/** How long a gateway has from its join to its first connection before another may take its use. */
const CONFIRM_MS = 2 * 60_000;

/**
 * Gateways that joined and never connected: their connection is blocked, or their state folder is
 * lost. They do not count as uses of the join key.
 */
export function isUnconfirmed(): SQL | undefined {
  const since = sql`clock_timestamp() - ${`${CONFIRM_MS} milliseconds`}::interval`;
  return and(isNull(gateway.lastSeenAt), lt(gateway.createdAt, since));
}
