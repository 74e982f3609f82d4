import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { answerId, idempotency } from '../db/schema/index.ts';
import { defineCheck, defineUnawaitedWrite } from '../db/statement.ts';
import { awaitAtCommit } from '../db/transaction.ts';
import { DomainError } from '../domain-error.ts';
import type { Replayed, Written } from './write.ts';

/** How long an answer is kept for a retry (Stripe's interval). */
const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;

type Claim = Pick<typeof idempotency.$inferSelect, 'organizationId' | 'actorId' | 'key'>;

/** Takes the key for a request, unless it was taken for one in the time that answers are kept. */
const claimKey = defineCheck<
  [
    organizationId: string,
    actorId: string,
    key: string,
    requestHash: Buffer,
    now: string,
    outdated: string,
  ]
>(
  'claim-idempotency-key',
  'exists (select from claimed)',
  `with claimed as (
    insert into idempotency (organization_id, actor_id, key, request_hash, answer, created_at)
    values ($1, $2, $3, $4, '{}', $5)
    on conflict (organization_id, actor_id, key) do update
    set request_hash = excluded.request_hash, answer = '{}', created_at = excluded.created_at
    where idempotency.created_at < $6
    returning 1
  )`,
);

const keepAnswer = defineUnawaitedWrite<
  never,
  [organizationId: string, actorId: string, key: string, answer: string]
>(
  'keep-answer',
  `update idempotency set answer = $4::jsonb
  where organization_id = $1 and actor_id = $2 and key = $3`,
);

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
  const { organizationId, actor, idempotencyKey: key } = ctx;
  const actorId = actor.type === 'key' ? actor.keyId : actor.memberId;
  const requestHash = createHash('sha256').update(canonicalJson(request)).digest();
  const now = ctx.services.clock();
  const outdated = new Date(now.getTime() - IDEMPOTENCY_TTL_MS);
  const times = [now.toISOString(), outdated.toISOString()] as const;
  if (!(await claimKey(tx, [organizationId, actorId, key, requestHash, ...times]))) {
    return { replayed: await findAnswer<T>(tx, { organizationId, actorId, key }, requestHash) };
  }
  const written = await create();
  const answer = JSON.stringify(withoutSecret(written.result));
  awaitAtCommit(tx, keepAnswer(tx, [organizationId, actorId, key, answer]));
  return written;
}

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
  if (Object.keys(earlier.answer).length === 0) {
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
  const id = answerId(idempotency.answer);
  await forget(
    tx,
    organizationId,
    sql`${id} is not null and ${id} = any(${sql.param(ids)}::text[])`,
  );
}

/** The same of what has a name for an id. */
export async function forgetNamedAnswer(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<void> {
  const { answer } = idempotency;
  await forget(tx, organizationId, sql`not ${answer} ? 'id' and ${answer} ->> 'name' = ${name}`);
}

async function forget(tx: Transaction, organizationId: string, ofThing: SQL): Promise<void> {
  await tx
    .update(idempotency)
    .set({ answer: {} })
    .where(and(eq(idempotency.organizationId, organizationId), ofThing));
}
