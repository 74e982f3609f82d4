import { randomUUID } from 'node:crypto';
import { and, eq, gt, inArray, notExists, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import type { Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, canaryUse, gateway } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { commit, type WriteServices } from '../../write/write.ts';

/** Between two events of one key: uses in between are summed, so that a storm of them fills no log. */
const INTERVAL_MS = 10 * 60_000;
/** Callers that an event names, those that came last first. */
const NAMED_MAX = 10;
const KEYS_MAX = 1000;
/** Place of the row that says when the last event was recorded. */
const RECORDED = '';

type RecordingServices = WriteServices & Pick<Services, 'log'>;
type Use = typeof canaryUse.$inferSelect;

/** Turns uses of canary keys into audit events: the first of a key at once, further ones every ten minutes. */
export async function recordCanaryUses(services: RecordingServices): Promise<{ recorded: number }> {
  const { db, clock, log } = services;
  const recorded = alias(canaryUse, 'recorded');
  const waiting = db
    .select({ one: sql`1` })
    .from(recorded)
    .where(
      and(
        eq(recorded.organizationId, canaryUse.organizationId),
        eq(recorded.keyId, canaryUse.keyId),
        isRecent(recorded, clock()),
      ),
    );
  const due = await db
    .selectDistinct({ organizationId: canaryUse.organizationId, keyId: canaryUse.keyId })
    .from(canaryUse)
    .where(and(gt(canaryUse.count, 0), notExists(waiting)))
    .limit(KEYS_MAX);
  let count = 0;
  await runForEach(
    log,
    due,
    (key) => ({ ...key }),
    async ({ organizationId, keyId }) => {
      if (await recordUsesOf(services, organizationId, keyId)) count += 1;
    },
  );
  return { recorded: count };
}

/** Whether the row says that an event was recorded so recently that the next has to wait. */
function isRecent({ place, lastAt }: Record<'place' | 'lastAt', PgColumn>, now: Date) {
  return and(eq(place, RECORDED), gt(lastAt, new Date(now.getTime() - INTERVAL_MS)));
}

async function recordUsesOf(
  services: RecordingServices,
  organizationId: string,
  keyId: string,
): Promise<boolean> {
  const latest = await findLatest(services, keyId);
  const source = {
    organizationId,
    actor: { type: 'system', job: 'record-canary-uses' } as const,
    action: 'api_key.use_canary' as const,
    origin: {
      requestId: `req_${randomUUID()}`,
      ip: latest?.ip || null,
      userAgent: latest?.userAgent || null,
    },
  };
  return commit<boolean>(services, source, async (tx) => {
    const now = services.clock();
    const uses = await takeUses(tx, keyId, now);
    const [key] = await tx.select().from(apiKey).where(eq(apiKey.id, keyId)).for('update');
    const [first] = uses;
    if (!first || !key) return { replayed: false };
    const lastAt = first.lastAt;
    await tx.insert(canaryUse).values({
      ...{ organizationId, keyId, place: RECORDED, ip: '', userAgent: '' },
      ...{ firstAt: now, lastAt: now, count: 0 },
    });
    if (!key.lastUsedAt || key.lastUsedAt < lastAt) {
      await tx.update(apiKey).set({ lastUsedAt: lastAt }).where(eq(apiKey.id, keyId));
    }
    return {
      result: true,
      target: { type: 'api_key', id: keyId, name: key.name, workspaceId: key.workspaceId },
      before: null,
      after: await summary(tx, uses),
      changes: [],
    };
  });
}

/** Who used it last, for the event's own address. */
async function findLatest({ db }: Pick<Services, 'db'>, keyId: string) {
  const [row] = await db
    .select({ ip: canaryUse.ip, userAgent: canaryUse.userAgent })
    .from(canaryUse)
    .where(and(eq(canaryUse.keyId, keyId), gt(canaryUse.count, 0)))
    .orderBy(sql`${canaryUse.lastAt} desc`)
    .limit(1);
  return row;
}

/** None where another process was first. */
async function takeUses(tx: Transaction, keyId: string, now: Date): Promise<Use[]> {
  const [recent] = await tx
    .select({ one: sql`1` })
    .from(canaryUse)
    .where(and(eq(canaryUse.keyId, keyId), isRecent(canaryUse, now)));
  if (recent) return [];
  const rows = await tx.delete(canaryUse).where(eq(canaryUse.keyId, keyId)).returning();
  return rows
    .filter((row) => row.count > 0)
    .toSorted((one, other) => other.lastAt.getTime() - one.lastAt.getTime());
}

/** What the event records of the uses, the last one first. */
async function summary(tx: Transaction, uses: readonly Use[]) {
  const named = uses.slice(0, NAMED_MAX);
  const names = await gatewayNames(tx, named);
  const firstMs = Math.min(...uses.map((use) => use.firstAt.getTime()));
  return {
    count: uses.reduce((sum, use) => sum + use.count, 0),
    firstAt: new Date(firstMs).toISOString(),
    lastAt: uses[0]?.lastAt.toISOString() ?? null,
    callers: named.map((use) => ({
      ...placeOf(use.place, names),
      ip: use.ip || null,
      userAgent: use.userAgent || null,
      count: use.count,
      firstAt: use.firstAt.toISOString(),
      lastAt: use.lastAt.toISOString(),
    })),
    furtherCallers: uses.length - named.length,
  };
}

function placeOf(place: string, names: ReadonlyMap<string, string>) {
  if (place === 'api' || place === 'verify') return { place };
  return { place: 'gateway', gatewayId: place, gateway: names.get(place) ?? null };
}

async function gatewayNames(tx: Transaction, uses: readonly Use[]) {
  const ids = uses.map((use) => use.place);
  const rows = await tx
    .select({ id: gateway.id, name: gateway.name })
    .from(gateway)
    .where(inArray(gateway.id, ids));
  return new Map(rows.map((row) => [row.id, row.name]));
}
