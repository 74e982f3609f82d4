import type { Policy, PolicySummary } from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { requireScope } from '../../access/require-scope.ts';
import { memberAddress, visiblePolicies } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, policy, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';

/**
 * A policy of the organization restrains every workspace: changing one needs what the organization's
 * other rules for keys need, beyond the scope of the verb (docs/decisions/0029).
 * @throws DomainError outside_workspace, insufficient_scope
 */
export function requirePlaceManaged(ctx: Ctx, workspaceId: string | null): void {
  if (workspaceId !== null) return;
  if (ctx.workspaceId !== null) {
    throw new DomainError(
      'outside_workspace',
      `Your key is confined to the workspace "${ctx.workspaceId}"; this policy applies in every workspace. Use a key without a workspace.`,
    );
  }
  requireScope(ctx, 'security.manage');
}

export type PolicyRow = typeof policy.$inferSelect;

/**
 * The policy, locked until the transaction ends.
 * @throws DomainError not_found, outside_workspace, insufficient_scope
 */
export async function lockPolicy(tx: Transaction, ctx: Ctx, id: string): Promise<PolicyRow> {
  const [row] = await tx
    .select()
    .from(policy)
    .where(and(visiblePolicies(ctx), eq(policy.id, id)))
    .for('update');
  if (!row) throw notFound('policy', id);
  requirePlaceManaged(ctx, row.workspaceId);
  return row;
}

const { statements: _statements, ...shown } = getTableColumns(policy);

/** Policies as answers show them; narrowed by the caller. */
export function selectPolicies(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      ...shown,
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(policy)
    .leftJoin(member, eq(member.id, policy.memberId))
    .leftJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(policy))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectPolicies>>[number];

/** @throws DomainError not_found */
export async function readPolicy(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<Policy> {
  const [row] = await selectPolicies(db, ctx).where(and(visiblePolicies(ctx), eq(policy.id, id)));
  if (!row) throw notFound('policy', id);
  return { ...policySummary(row), text: row.text };
}

export function policySummary(row: ViewRow): PolicySummary {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    name: row.name,
    description: row.description,
    status: row.status,
    mode: row.mode,
    version: row.version,
    createdBy: authorView(row),
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    etag: policyEtag(row),
  };
}

interface Author {
  readonly memberId: string | null;
  readonly creatorName: string | null;
  readonly creatorEmail: string | null;
}

/** Null for what came with the workspace. */
export function authorView({ memberId, creatorName, creatorEmail }: Author) {
  return memberId === null ? null : { memberId, name: creatorName ?? '', email: creatorEmail };
}

export type Editable = Pick<PolicyRow, 'name' | 'description' | 'mode' | 'text'>;

export function editableOf({ name, description, mode, text }: Editable): Editable {
  return { name, description, mode, text };
}

/**
 * A refused edit names the version that it would have overwritten, so that its author can compare.
 * @param read the etag that the caller read
 * @throws DomainError edit_conflict
 */
export function requireCurrent(row: PolicyRow, read: string | undefined, next: Editable): void {
  const [etag, nextEtag] = [policyEtag(row), policyEtag(next)];
  const newer = { etag, path: `/v1/policies/${row.id}`, version: row.version };
  requireUnedited(`policy "${row.name}"`, read, etag, nextEtag, newer);
}

export function policyEtag(row: Editable): string {
  return etagOf({ ...editableOf(row) });
}
