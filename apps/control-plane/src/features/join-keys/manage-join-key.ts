import {
  createId,
  JOIN_KEY_DEFAULTS,
  type JoinKeyWithSecret,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { createSecret, displayPrefix, hashSecret } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { joinKey } from '../../db/schema/index.ts';
import { DomainError, invalidField, notFound } from '../../domain-error.ts';
import { joinKeyFacts } from '../../write/created-facts.ts';
import { forgetAnswer, idempotent } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import { findCeiling } from '../api-keys/index.ts';
import { findOnlyWorkspace, getWorkspace } from '../workspaces/index.ts';
import { readJoinKey } from './list-join-keys.ts';

type Body = RouteInput<Routes['createJoinKey']>['body'];

/**
 * Creates a join key for which the calling member stands, and the calling API key: it admits nobody
 * once they could not make it any more. A key that makes one gives it no longer than it has itself,
 * and no other workspace than its own.
 * @throws DomainError not_found, validation_failed, ceiling_exceeded
 */
export function createJoinKey(ctx: Ctx, { body }: { body: Body }): Promise<JoinKeyWithSecret> {
  const spec = { scope: 'fleet.manage', action: 'join_key.create' } as const;
  return write<JoinKeyWithSecret>(ctx, spec, (tx, confirmed) =>
    idempotent<JoinKeyWithSecret>(
      tx,
      confirmed,
      { route: 'createJoinKey', body },
      () => insertJoinKey(tx, confirmed, body),
      ({ secret: _secret, ...shown }) => shown,
    ),
  );
}

async function insertJoinKey(
  tx: Transaction,
  ctx: Ctx,
  body: Body,
): Promise<Written<JoinKeyWithSecret>> {
  const { randomBytes } = ctx.services;
  const secret = createSecret('tk_join_', randomBytes);
  const row = {
    id: createId('joinKey', randomBytes),
    organizationId: ctx.organizationId,
    workspaceId: await resolveWorkspace(tx, ctx, body.workspaceId),
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    name: body.name ?? JOIN_KEY_DEFAULTS.name,
    prefix: displayPrefix(secret),
    labels: body.labels ?? {},
    usesMax: body.usesMax ?? JOIN_KEY_DEFAULTS.usesMax,
    usesCount: 0,
    ...(await resolveLifetime(tx, ctx, body)),
    lastUsedAt: null,
  };
  await tx.insert(joinKey).values({ ...row, hash: Buffer.from(hashSecret(secret)) });
  return {
    result: { ...(await readJoinKey(tx, ctx, row.id)), secret },
    target: { type: 'join_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
    before: null,
    after: joinKeyFacts(row),
    changes: [],
  };
}

async function resolveWorkspace(
  tx: Transaction,
  ctx: Ctx,
  asked: string | undefined,
): Promise<string> {
  const id = asked ?? ctx.workspaceId;
  const place = id ? await getWorkspace(tx, ctx, id) : await findOnlyWorkspace(tx, ctx);
  if (place) return place.workspaceId;
  throw invalidField(
    'workspaceId',
    'is needed: the organization has several workspaces, which GET /v1/workspaces lists',
  );
}

async function resolveLifetime(tx: Transaction, ctx: Ctx, body: Body) {
  const createdAt = ctx.services.clock();
  const { lifetimeSeconds = JOIN_KEY_DEFAULTS.lifetimeSeconds } = body;
  const expiresAt = new Date(createdAt.getTime() + lifetimeSeconds * 1000);
  const end = (await findCeiling(tx, ctx))?.expiresAt;
  if (end && expiresAt > end) {
    throw new DomainError(
      'ceiling_exceeded',
      `The key that you use expires at ${end.toISOString()}. Choose a shorter lifetime.`,
    );
  }
  return { createdAt, expiresAt };
}

/** Once this resolves, no gateway can join with it. @throws DomainError not_found */
export function deleteJoinKey(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<undefined> {
  const spec = { scope: 'fleet.manage', action: 'join_key.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const [row] = await tx
      .delete(joinKey)
      .where(and(visibleFleet(confirmed, joinKey), eq(joinKey.id, params.id)))
      .returning();
    if (!row) throw notFound('join key', params.id);
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'join_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: joinKeyFacts(row),
      after: null,
      changes: [],
    };
  });
}
