import type { ApiKey } from '@tollkeeper/contract';
import { and, eq, getTableColumns, gt } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, apiKeySecret, member, organization, user } from '../../db/schema/index.ts';
import type { Facts } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';
import { visibleKeys } from '../../kernel/visible-keys.ts';
import type { KeyRow } from './lock-key.ts';
import { disablesAt } from './unused-rule.ts';

/** Keys with what a page shows of them; filtered and ordered by the caller. */
export function selectKeys(db: Database | Transaction, now: Date) {
  return (
    db
      .select({
        ...getTableColumns(apiKey),
        ownerName: user.name,
        ownerEmail: user.email,
        graceEndsAt: apiKeySecret.retiresAt,
        keyUnusedDaysMax: organization.keyUnusedDaysMax,
      })
      .from(apiKey)
      .innerJoin(member, eq(member.id, apiKey.memberId))
      .innerJoin(user, eq(user.id, member.userId))
      .innerJoin(organization, eq(organization.id, apiKey.organizationId))
      // At most one secret of a key retires: rotating again drops the one before.
      .leftJoin(
        apiKeySecret,
        and(eq(apiKeySecret.keyId, apiKey.id), gt(apiKeySecret.retiresAt, now)),
      )
  );
}

type ViewRow = Awaited<ReturnType<typeof selectKeys>>[number];

export function keyView(row: ViewRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    status: row.status,
    profile: row.profile,
    scopes: row.scopes,
    workspaceId: row.workspaceId,
    createdBy: { memberId: row.memberId, name: row.ownerName, email: row.ownerEmail },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    disablesAt: disablesAt(row, row.keyUnusedDaysMax)?.toISOString() ?? null,
    allowedIps: row.allowedIps,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokeReason: row.revokeReason,
    previousSecretExpiresAt:
      row.status === 'revoked' ? null : (row.graceEndsAt?.toISOString() ?? null),
  };
}

/** @throws DomainError not_found */
export async function readKey(db: Database | Transaction, ctx: Ctx, id: string): Promise<ApiKey> {
  const [row] = await selectKeys(db, ctx.services.clock()).where(
    and(visibleKeys(ctx), eq(apiKey.id, id)),
  );
  if (!row) throw notFound('API key', id);
  return keyView(row);
}

/** What the audit log tells of a key: everything but how it is used. */
export function keyFacts(row: KeyRow): Facts {
  return {
    name: row.name,
    prefix: row.prefix,
    status: row.status,
    profile: row.profile,
    scopes: row.scopes,
    workspaceId: row.workspaceId,
    memberId: row.memberId,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    allowedIps: row.allowedIps,
    revokeReason: row.revokeReason,
  };
}
