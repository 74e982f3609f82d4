import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { apiKey, apiKeySecret } from '../db/schema/index.ts';
import { notRetired, type SecretRow } from '../replication/select-facts.ts';
import type { Place } from './read-entries.ts';

/** Keys that are held as objects at once: about 200 KiB of a part. */
const PAGE = 2000;

/** A key as the driver gives it. */
interface StoredKey extends Record<string, unknown> {
  readonly id: string;
  readonly canary: boolean;
  readonly name: string;
  readonly organization_id: string;
  readonly workspace_id: string | null;
  readonly member_id: string;
  readonly status: SecretRow['status'];
  readonly expires_ms: number | null;
  readonly scopes: SecretRow['scopes'];
  readonly allowed_ips: string[];
  readonly tags: string[];
  readonly profile: SecretRow['profile'];
  readonly created_ms: number;
  /** Null for none. */
  readonly secrets: readonly { readonly hash: string; readonly retiresMs: number | null }[] | null;
}

/**
 * Reads all keys that may be used in the workspace, by a cursor, in one pass and in no order: a
 * query for each page would read or sort all of them each time, wherever the planner knows too
 * little about the table.
 * @param take gets the rows of `selectSecrets` of some keys, by key; what it throws ends the reading
 */
export async function readKeyPages(
  db: Database,
  { organizationId, workspaceId }: Place,
  take: (keys: SecretRow[][]) => void,
): Promise<void> {
  const secrets = sql`
    select json_agg(json_build_object('hash', encode(${apiKeySecret.hash}, 'hex'),
      'retiresMs', (extract(epoch from ${apiKeySecret.retiresAt}) * 1000)::float8))
    from ${apiKeySecret} where ${apiKeySecret.keyId} = ${apiKey.id} and ${notRetired()}`;
  const isUsable = and(
    eq(apiKey.organizationId, organizationId),
    or(isNull(apiKey.workspaceId), eq(apiKey.workspaceId, workspaceId)),
  );
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      declare usable_keys no scroll cursor for
      select id, canary, name, organization_id, workspace_id, member_id, status, scopes, allowed_ips,
        tags, profile, (extract(epoch from ${apiKey.createdAt}) * 1000)::float8 as created_ms,
        (extract(epoch from ${apiKey.expiresAt}) * 1000)::float8 as expires_ms,
        (${secrets}) as secrets
      from ${apiKey} where ${isUsable}`);
    const fetch = sql`fetch ${sql.raw(String(PAGE))} from usable_keys`;
    for (;;) {
      const { rows } = await tx.execute<StoredKey>(fetch);
      take(rows.map(toRows));
      if (rows.length < PAGE) return;
    }
  });
}

function toRows(key: StoredKey): SecretRow[] {
  const facts = {
    keyId: key.id,
    canary: key.canary,
    name: key.name,
    organizationId: key.organization_id,
    workspaceId: key.workspace_id,
    ownerId: key.member_id,
    status: key.status,
    expiresAt: toDate(key.expires_ms),
    scopes: key.scopes,
    allowedIps: key.allowed_ips,
    tags: key.tags,
    profile: key.profile,
    createdAt: new Date(key.created_ms),
  };
  return (key.secrets ?? []).map(({ hash, retiresMs }) => ({
    ...facts,
    hash: Buffer.from(hash, 'hex'),
    retiresAt: toDate(retiresMs),
  }));
}

function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
