import type { ApiKey, KeyState } from '@tollkeeper/contract';
import { and, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress, visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, apiKeySecret, member, organization, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { Facts } from '../../write/audit.ts';
import { etagOf } from '../../write/etag.ts';
import type { KeyRow } from './lock-key.ts';
import { disablesAt } from './unused-rule.ts';

const disabler = alias(member, 'disabler');
const disablerUser = alias(user, 'disabler_user');

const { nameLower: _nameLower, ...shownColumns } = getTableColumns(apiKey);

/** Keys with what a page shows of them; filtered and ordered by the caller. */
export function selectKeys(db: Database | Transaction, ctx: Ctx) {
  return (
    db
      .select({
        ...shownColumns,
        ownerName: user.name,
        ownerEmail: memberAddress(ctx),
        graceEndsAt: apiKeySecret.retiresAt,
        createdByKeyName: creatingKeyName(ctx),
        disablerName: disablerUser.name,
        keyUnusedDaysMax: organization.keyUnusedDaysMax,
      })
      .from(apiKey)
      .innerJoin(member, eq(member.id, apiKey.memberId))
      .innerJoin(user, eq(user.id, member.userId))
      .innerJoin(organization, eq(organization.id, apiKey.organizationId))
      // At most one secret of a key retires: rotating again drops the one before.
      .leftJoin(
        apiKeySecret,
        and(eq(apiKeySecret.keyId, apiKey.id), gt(apiKeySecret.retiresAt, ctx.services.clock())),
      )
      .leftJoin(creatingKey, isCreatingKey(apiKey))
      .leftJoin(disabler, eq(disabler.id, sql`${apiKey.disabledBy} ->> 'memberId'`))
      .leftJoin(disablerUser, eq(disablerUser.id, disabler.userId))
  );
}

type ViewRow = Awaited<ReturnType<typeof selectKeys>>[number];

export function keyView(row: ViewRow, now: Date): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    canary: row.canary,
    status: row.status,
    state: keyState(row, now),
    profile: row.profile,
    scopes: row.scopes,
    workspaceId: row.workspaceId,
    createdBy: { memberId: row.memberId, name: row.ownerName, email: row.ownerEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.createdByKeyName),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    disablesAt: disablesAt(row, row.keyUnusedDaysMax)?.toISOString() ?? null,
    allowedIps: row.allowedIps,
    tags: row.tags,
    disabledBy: row.status === 'disabled' ? disablerView(row) : null,
    disabledAt: row.status === 'disabled' ? (row.disabledAt?.toISOString() ?? null) : null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokeReason: row.revokeReason,
    previousSecretExpiresAt:
      row.status === 'revoked' ? null : (row.graceEndsAt?.toISOString() ?? null),
    etag: keyEtag(row),
  };
}

type EditableKey = Pick<
  KeyRow,
  'name' | 'profile' | 'scopes' | 'expiresAt' | 'allowedIps' | 'tags'
>;

export function keyEtag(key: EditableKey): string {
  const { name, profile, scopes, expiresAt, allowedIps, tags } = key;
  return etagOf({ name, profile, scopes, expiresAt, allowedIps, tags });
}

/** The status, except that an active key is `expired` from its expiry on. */
export function keyState(row: Pick<KeyRow, 'status' | 'expiresAt'>, now: Date): KeyState {
  const isExpired = row.status === 'active' && row.expiresAt !== null && row.expiresAt <= now;
  return isExpired ? 'expired' : row.status;
}

function disablerView({ disabledBy, disablerName }: ViewRow): ApiKey['disabledBy'] {
  if (disabledBy?.type !== 'member') return disabledBy && { type: 'job', job: disabledBy.job };
  const { memberId, keyId } = disabledBy;
  return { type: 'member', memberId, name: disablerName ?? '', keyId };
}

/** @throws DomainError not_found */
export async function readKey(db: Database | Transaction, ctx: Ctx, id: string): Promise<ApiKey> {
  const [row] = await selectKeys(db, ctx).where(and(visibleKeys(ctx), eq(apiKey.id, id)));
  if (!row) throw notFound('API key', id);
  return keyView(row, ctx.services.clock());
}

/** What the audit log tells of a key: everything but how it is used. */
export function keyFacts(row: KeyRow): Facts {
  return {
    name: row.name,
    prefix: row.prefix,
    ...(row.canary ? { canary: true } : {}),
    status: row.status,
    profile: row.profile,
    scopes: row.scopes,
    workspaceId: row.workspaceId,
    memberId: row.memberId,
    createdByKeyId: row.createdByKeyId,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    requestedExpiresAt: row.requestedExpiresAt?.toISOString() ?? null,
    allowedIps: row.allowedIps,
    tags: row.tags,
    disabledBy: row.status === 'disabled' ? row.disabledBy : null,
    revokeReason: row.revokeReason,
  };
}
