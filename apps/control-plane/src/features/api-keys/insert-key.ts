import type { Transaction } from '../../db/connect.ts';
import { defineUnawaitedWrite } from '../../db/statement.ts';
import type { KeyRow } from './lock-key.ts';

const insertAll = defineUnawaitedWrite<never, unknown[]>(
  'insert-key',
  `with key as (
    insert into api_key (id, organization_id, workspace_id, member_id, name, prefix, status,
      profile, scopes, allowed_ips, created_at, expires_at, requested_expires_at,
      created_by_key_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ), secret as (
    insert into api_key_secret (hash, organization_id, key_id, created_at)
    values ($15, $2, $1, $11)
  )
  insert into key_total (organization_id, member_id, workspace_id, created)
  values ($2, $4, coalesce($3, ''), 1)
  on conflict (organization_id, member_id, workspace_id)
  do update set created = key_total.created + 1`,
);

/** Stores a new key with its secret's hash, and counts it in the total that survives the key. */
export async function insertKey(tx: Transaction, key: KeyRow, hash: Buffer): Promise<void> {
  await insertAll(tx, [
    key.id,
    key.organizationId,
    key.workspaceId,
    key.memberId,
    key.name,
    key.prefix,
    key.status,
    key.profile,
    key.scopes,
    key.allowedIps,
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? null,
    key.requestedExpiresAt?.toISOString() ?? null,
    key.createdByKeyId,
    hash,
  ]);
}
