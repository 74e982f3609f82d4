import { createHash } from 'node:crypto';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { idempotency } from '../db/schema/index.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './domain-error.ts';
import type { Replayed, Written } from './write.ts';

/** How long an answer is kept for a retry (Stripe's interval). */
export const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;

/**
 * Runs `create` once for the caller's Idempotency-Key. A concurrent equal request waits at the
 * unique index until the first commits, and then gets its answer.
 * @param withoutSecret what the replay shows; the only part that is stored
 * @throws DomainError idempotency_conflict when the key was used with another body
 */
export async function idempotent<T extends object>(
  tx: Transaction,
  ctx: Ctx,
  request: { readonly route: string; readonly body: unknown },
  create: () => Promise<Written<T>>,
  withoutSecret: (answer: T) => T,
): Promise<Written<T> | Replayed<T>> {
  if (ctx.idempotencyKey === null) return create();
  const row = {
    organizationId: ctx.organizationId,
    actorId: ctx.actor.type === 'key' ? ctx.actor.keyId : ctx.actor.memberId,
    key: ctx.idempotencyKey,
  };
  const requestHash = createHash('sha256').update(canonicalJson(request)).digest();
  const now = ctx.services.clock();
  await tx
    .delete(idempotency)
    .where(and(same(row), lt(idempotency.createdAt, new Date(now.getTime() - IDEMPOTENCY_TTL_MS))));
  const claimed = await tx
    .insert(idempotency)
    .values({ ...row, requestHash, answer: {}, createdAt: now })
    .onConflictDoNothing()
    .returning({ key: idempotency.key });
  if (claimed.length === 0) return { replayed: await findAnswer<T>(tx, row, requestHash) };
  const written = await create();
  await tx
    .update(idempotency)
    .set({ answer: sql`${JSON.stringify(withoutSecret(written.result))}::jsonb` })
    .where(same(row));
  return written;
}

type Claim = Pick<typeof idempotency.$inferSelect, 'organizationId' | 'actorId' | 'key'>;

function same(row: Claim) {
  return and(
    eq(idempotency.organizationId, row.organizationId),
    eq(idempotency.actorId, row.actorId),
    eq(idempotency.key, row.key),
  );
}

async function findAnswer<T>(tx: Transaction, row: Claim, requestHash: Buffer): Promise<T> {
  const [earlier] = await tx.select().from(idempotency).where(same(row));
  if (!earlier?.requestHash.equals(requestHash)) {
    throw new DomainError(
      'idempotency_conflict',
      `The Idempotency-Key "${row.key}" was used for a different request in the last 24 hours. Use a new one.`,
    );
  }
  if (!('id' in earlier.answer)) {
    throw new DomainError(
      'idempotency_conflict',
      `What the Idempotency-Key "${row.key}" created no longer exists. Use a new one.`,
    );
  }
  return earlier.answer as T;
}

/**
 * Anything that ceases to exist must not live on in the answer to its creation; a retry still
 * creates nothing.
 */
export async function forgetAnswer(
  tx: Transaction,
  organizationId: string,
  ...ids: readonly string[]
): Promise<void> {
  const ofThing = sql`${idempotency.answer} ->> 'id' = any(${sql.param(ids)}::text[])`;
  await tx
    .update(idempotency)
    .set({ answer: {} })
    .where(and(eq(idempotency.organizationId, organizationId), ofThing));
}
