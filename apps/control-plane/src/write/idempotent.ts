import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { answerId, idempotency } from '../db/schema/index.ts';
import { defineCheck, defineUnawaitedWrite } from '../db/statement.ts';
import { awaitAtCommit } from '../db/transaction.ts';
import { DomainError } from '../domain-error.ts';
import type { Replayed, Written } from './write.ts';

/** How long an answer is kept for a retry (Stripe's interval). */
const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;

type Row = typeof idempotency.$inferSelect;
type Claim = Pick<Row, 'organizationId' | 'actorId' | 'key'>;

interface IdempotentRequest {
  readonly route: string;
  readonly body: unknown;
}

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
  request: IdempotentRequest,
  create: () => Promise<Written<T> | Replayed<T>>,
  withoutSecret: (answer: T) => T,
): Promise<Written<T> | Replayed<T>> {
  const row = claimOf(ctx);
  if (!row) return create();
  const { organizationId, actorId, key } = row;
  const requestHash = hashOf(request);
  const now = ctx.services.clock();
  const times = [now.toISOString(), outdatedAt(now).toISOString()] as const;
  if (!(await claimKey(tx, [organizationId, actorId, key, requestHash, ...times]))) {
    const earlier = await findRow(tx, row);
    if (!earlier) throw conflict(row);
    return { replayed: answerOf<T>(earlier, requestHash) };
  }
  const written = await create();
  const result = 'replayed' in written ? written.replayed : written.result;
  const answer = JSON.stringify(withoutSecret(result));
  awaitAtCommit(tx, keepAnswer(tx, [organizationId, actorId, key, answer]));
  return written;
}

function claimOf({ organizationId, actor, idempotencyKey: key }: Ctx): Claim | undefined {
  if (key === null) return undefined;
  return { organizationId, actorId: actor.type === 'key' ? actor.keyId : actor.memberId, key };
}

function hashOf(request: IdempotentRequest): Buffer {
  return createHash('sha256').update(canonicalJson(request)).digest();
}

function outdatedAt(now: Date): Date {
  return new Date(now.getTime() - IDEMPOTENCY_TTL_MS);
}

function same(row: Claim) {
  return and(
    eq(idempotency.organizationId, row.organizationId),
    eq(idempotency.actorId, row.actorId),
    eq(idempotency.key, row.key),
  );
}

async function findRow(db: Database | Transaction, row: Claim): Promise<Row | undefined> {
  const [earlier] = await db.select().from(idempotency).where(same(row));
  return earlier;
}

function answerOf<T>(earlier: Row, requestHash: Buffer): T {
  if (!earlier.requestHash.equals(requestHash)) throw conflict(earlier);
  if (Object.keys(earlier.answer).length === 0) {
    throw new DomainError(
      'idempotency_conflict',
      `What the Idempotency-Key "${earlier.key}" created no longer exists. Use a new one.`,
    );
  }
  return earlier.answer as T;
}

function conflict({ key }: Claim): DomainError {
  return new DomainError(
    'idempotency_conflict',
    `The Idempotency-Key "${key}" was used for a different request in the last 24 hours. Use a new one.`,
  );
}

/**
 * For a request that takes several transactions, the first of which claims the key by `idempotent`: what
 * is stored of an earlier, equal one.
 * @throws DomainError idempotency_conflict when the key was used with another body
 */
export async function findEarlierAnswer<T>(
  ctx: Ctx,
  request: IdempotentRequest,
): Promise<T | undefined> {
  const row = claimOf(ctx);
  const earlier = row && (await findRow(ctx.services.db, row));
  if (!earlier || earlier.createdAt < outdatedAt(ctx.services.clock())) return undefined;
  return answerOf<T>(earlier, hashOf(request));
}

/** The answer of such a request, once it is known. */
export async function storeAnswer(ctx: Ctx, answer: Record<string, unknown>): Promise<void> {
  const row = claimOf(ctx);
  if (!row) return;
  await ctx.services.db.update(idempotency).set({ answer }).where(same(row));
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
