import { type KeyLimit, NEAR_LIMIT_PERCENT } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { auditActor, commit, type FurtherEvent } from '../../write/write.ts';
import { countKeysUsed, keysMaxOf } from './plan-limit.ts';

/** A limit that is crossed again within this time is not recorded again. */
const QUIET_MS = 24 * 3_600_000;

const ACTIONS = { near: 'billing.near_limit', reached: 'billing.limit_reached' } as const;

type Crossing = keyof typeof ACTIONS;

/**
 * Records that the key that was just created reached 80 % of the limit, or all of it: once for each
 * crossing, and at most once a day. To be called after the commit of the creation, which stands whether
 * this succeeds or not.
 */
export async function noteKeyLimit(ctx: Ctx, limit: KeyLimit | null | undefined): Promise<void> {
  // Keys are created one by one: no number is left out.
  const crossed = limit ? crossedBy({ ...limit, used: limit.used - 1 }, limit) : undefined;
  if (!limit || !crossed) return;
  const { services, organizationId, origin } = ctx;
  const source = { organizationId, actor: auditActor(ctx), action: ACTIONS[crossed], origin };
  try {
    await commit<undefined>(services, source, async (tx) => {
      const event = await crossingEvent(tx, organizationId, crossed, limit, services.clock());
      return event ? { result: undefined, ...event, changes: [] } : { replayed: undefined };
    });
  } catch (error) {
    services.log.warn({ err: error, ...limit }, 'not in the audit log: limit of keys crossed');
  }
}

/**
 * The events of a change after which more keys count, or fewer may, to be written with it: it brought
 * the keys to 80 % of the limit, or to all of it. For a transaction that has made the change.
 * @param before what the limit was before the change, from what it is now
 */
export async function limitEvents(
  tx: Transaction,
  organizationId: string,
  now: Date,
  before: (limit: KeyLimit) => KeyLimit,
): Promise<FurtherEvent[]> {
  const [row] = await tx
    .select({ plan: organization.plan, keysMax: organization.keysMax })
    .from(organization)
    .where(eq(organization.id, organizationId));
  const max = row ? keysMaxOf(row) : null;
  if (max === null) return [];
  const limit = { used: await countKeysUsed(tx, organizationId, now), max };
  const crossed = crossedBy(before(limit), limit);
  const event = crossed && (await crossingEvent(tx, organizationId, crossed, limit, now));
  return event ? [event] : [];
}

/** The same, of a change after which so many keys that had expired count again. */
export async function revivalEvents(
  tx: Transaction,
  organizationId: string,
  now: Date,
  keysCount: number,
): Promise<FurtherEvent[]> {
  if (keysCount === 0) return [];
  return limitEvents(tx, organizationId, now, ({ used, max }) => ({ used: used - keysCount, max }));
}

/** What was crossed between the two, which is nothing where the limit is further away than before. */
export function crossedBy(before: KeyLimit, after: KeyLimit): Crossing | undefined {
  const crossed = crossingAt(after);
  const isCrossed = crossed === 'reached' ? crossingAt(before) !== 'reached' : !crossingAt(before);
  return isCrossed ? crossed : undefined;
}

/** From what number of keys on the limit is near, and from what on it is reached. */
function crossingAt({ used, max }: KeyLimit): Crossing | undefined {
  if (max === null) return undefined;
  if (used >= max) return 'reached';
  return used * 100 >= max * NEAR_LIMIT_PERCENT ? 'near' : undefined;
}

/** The event, unless one like it was recorded within a day; notes when it was. */
async function crossingEvent(
  tx: Transaction,
  organizationId: string,
  crossed: Crossing,
  { used, max }: KeyLimit,
  now: Date,
): Promise<FurtherEvent | undefined> {
  const [row] = await tx
    .select()
    .from(organization)
    .where(eq(organization.id, organizationId))
    .for('no key update');
  const last = crossed === 'near' ? row?.nearLimitAt : row?.limitReachedAt;
  const isQuiet = last && now.getTime() - last.getTime() < QUIET_MS;
  if (!row || isQuiet) return undefined;
  const set = crossed === 'near' ? { nearLimitAt: now } : { limitReachedAt: now };
  await tx.update(organization).set(set).where(eq(organization.id, organizationId));
  return {
    action: ACTIONS[crossed],
    target: { type: 'organization', id: organizationId, name: row.name },
    before: null,
    after: { plan: row.plan, keysUsed: used, keysMax: max },
  };
}
