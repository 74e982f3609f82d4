/** The facts that keys are decided by, as the database has them. */
import { CANARY_RETIRED_MS } from '@tollkeeper/protocol';
import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import { customRole, heldRoleColumns } from '../access/role-scopes.ts';
import type { Database } from '../db/connect.ts';
import { apiKey, apiKeySecret, member, policy, role } from '../db/schema/index.ts';

export function selectOwners(db: Database) {
  return db
    .select({
      id: member.id,
      organizationId: member.organizationId,
      status: member.status,
      ...heldRoleColumns,
    })
    .from(member)
    .leftJoin(role, customRole);
}
export type OwnerRow = Awaited<ReturnType<typeof selectOwners>>[number];

/** Enabled policies, as they are evaluated. */
export function selectPolicies(db: Database, ...conditions: (SQL | undefined)[]) {
  return db
    .select({
      policyId: policy.id,
      organizationId: policy.organizationId,
      workspaceId: policy.workspaceId,
      mode: policy.mode,
      statements: policy.statements,
    })
    .from(policy)
    .where(and(eq(policy.status, 'enabled'), ...conditions));
}
export type PolicyRow = Awaited<ReturnType<typeof selectPolicies>>[number];

/** One row for each secret. */
export function selectSecrets(db: Database) {
  return db
    .select({
      hash: apiKeySecret.hash,
      retiresAt: apiKeySecret.retiresAt,
      keyId: apiKey.id,
      canary: apiKey.canary,
      name: apiKey.name,
      organizationId: apiKey.organizationId,
      workspaceId: apiKey.workspaceId,
      ownerId: apiKey.memberId,
      status: apiKey.status,
      expiresAt: apiKey.expiresAt,
      scopes: apiKey.scopes,
      allowedIps: apiKey.allowedIps,
      tags: apiKey.tags,
      profile: apiKey.profile,
      createdAt: apiKey.createdAt,
    })
    .from(apiKeySecret)
    .innerJoin(apiKey, eq(apiKey.id, apiKeySecret.keyId));
}
export type SecretRow = Awaited<ReturnType<typeof selectSecrets>>[number];

/** When the secret stops working: that of a canary key never did. */
export function retiresAtMs({ canary, retiresAt }: Pick<SecretRow, 'canary' | 'retiresAt'>) {
  return canary ? CANARY_RETIRED_MS : (retiresAt?.getTime() ?? null);
}

/** A secret whose grace has not ended. */
export function notRetired() {
  return or(isNull(apiKeySecret.retiresAt), gt(apiKeySecret.retiresAt, sql`now()`));
}
