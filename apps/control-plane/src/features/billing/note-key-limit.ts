import { type KeyLimit, NEAR_LIMIT_PERCENT } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { auditActor, commit } from '../../write/write.ts';

/** A limit that is crossed again within this time is not recorded again. */
const QUIET_MS = 24 * 3_600_000;

const ACTIONS = { near: 'billing.near_limit', reached: 'billing.limit_reached' } as const;

/**
 * Records that the key that was just created reached 80 % of the limit, or all of it: once for each
 * crossing, and at most once a day. To be called after the commit of the creation, which stands whether
 * this succeeds or not.
 */
export async function noteKeyLimit(ctx: Ctx, limit: KeyLimit | null | undefined): Promise<void> {
  const crossed = crossedBy(limit);
  if (!limit || !crossed) return;
  try {
    await recordCrossing(ctx, limit, crossed);
  } catch (error) {
    ctx.services.log.warn({ err: error, ...limit }, 'not in the audit log: limit of keys crossed');
  }
}

/** What the last key of so many crossed. Keys are created one by one: no number is left out. */
export function crossedBy(limit: KeyLimit | null | undefined): keyof typeof ACTIONS | undefined {
  if (!limit || limit.max === null) return undefined;
  if (limit.used === limit.max) return 'reached';
  return limit.used === nearLimit(limit.max) ? 'near' : undefined;
}

/** The number of keys from which on the limit is near. */
function nearLimit(max: number): number {
  return Math.ceil((max * NEAR_LIMIT_PERCENT) / 100);
}

function recordCrossing(
  ctx: Ctx,
  limit: KeyLimit,
  crossed: keyof typeof ACTIONS,
): Promise<undefined> {
  const { services, organizationId, origin } = ctx;
  const source = { organizationId, actor: auditActor(ctx), action: ACTIONS[crossed], origin };
  return commit<undefined>(services, source, async (tx) => {
    const now = services.clock();
    const [row] = await tx
      .select()
      .from(organization)
      .where(eq(organization.id, organizationId))
      .for('no key update');
    const last = crossed === 'near' ? row?.nearLimitAt : row?.limitReachedAt;
    const isQuiet = last && now.getTime() - last.getTime() < QUIET_MS;
    if (!row || isQuiet) return { replayed: undefined };
    const set = crossed === 'near' ? { nearLimitAt: now } : { limitReachedAt: now };
    await tx.update(organization).set(set).where(eq(organization.id, organizationId));
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: row.name },
      before: null,
      after: { plan: row.plan, keysUsed: limit.used, keysMax: limit.max },
      changes: [],
    };
  });
}
