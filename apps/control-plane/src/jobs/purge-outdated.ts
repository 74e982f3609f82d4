import { and, eq, lt, notExists, sql } from 'drizzle-orm';
import { alias, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../db/connect.ts';
import {
  admission,
  apiKey,
  apiKeySecret,
  attempt,
  change,
  controlPlane,
  deletedKey,
  deviceCode,
  gateway,
  gatewayConnection,
  gatewayVersion,
  idempotency,
  invitation,
  joinKey,
  keyEdit,
  keyRotation,
  keyUsage,
  organizationUsage,
  session,
  usageSource,
  verification,
} from '../db/schema/index.ts';

/**
 * Deletes what nobody can ask for any more: answers kept for retries (24 hours), changes and when
 * gateways applied them (a week: so long a gateway may be away and get what it missed; one that was
 * away for longer, and a process, loads all anew), secrets whose grace has ended, join keys that
 * expired and counts beyond the longest period shown (31 days each), ended sessions, processes that
 * are gone, and the connections that they held. And whatever strangers made us store: attempts,
 * device logins and challenges, once their time is over.
 */
export async function purgeOutdated(db: Database): Promise<Record<string, number>> {
  const before = (interval: string) => sql`now() - ${interval}::interval`;
  const purges = {
    attempts: db.delete(attempt).where(lt(attempt.endsAt, before('0 seconds'))),
    answers: db.delete(idempotency).where(lt(idempotency.createdAt, before('24 hours'))),
    // Before the changes: a process that finds its row gone knows that it may have missed some.
    processes: db.delete(controlPlane).where(lt(controlPlane.leaseUntil, before('1 hour'))),
    changes: db.delete(change).where(lt(change.at, before('7 days'))),
    appliedVersions: db
      .delete(gatewayVersion)
      .where(lt(gatewayVersion.appliedAt, before('7 days'))),
    connections: db
      .delete(gatewayConnection)
      .where(lt(gatewayConnection.seenAt, before('1 minute'))),
    secrets: db.delete(apiKeySecret).where(lt(apiKeySecret.retiresAt, before('1 minute'))),
    deletedKeys: db.delete(deletedKey).where(createdNothingLeft(db)),
    rotations: db.delete(keyRotation).where(rotatedNothingLeft(db)),
    edits: db.delete(keyEdit).where(isOfNoKey(db, keyEdit)),
    joinKeys: db.delete(joinKey).where(lt(joinKey.expiresAt, before('31 days'))),
    deviceCodes: db.delete(deviceCode).where(lt(deviceCode.expiresAt, before('0 seconds'))),
    challenges: db.delete(verification).where(lt(verification.expiresAt, before('0 seconds'))),
    keyMinutes: db.delete(keyUsage).where(lt(keyUsage.minute, before('31 days'))),
    organizationMinutes: db
      .delete(organizationUsage)
      .where(lt(organizationUsage.minute, before('31 days'))),
    sessions: db.delete(session).where(lt(session.expiresAt, before('0 seconds'))),
    sources: db.delete(usageSource).where(lt(usageSource.seenAt, before('31 days'))),
  };
  const counts: Record<string, number> = {};
  for (const [name, purge] of Object.entries(purges)) counts[name] = (await purge).rowCount ?? 0;
  return counts;
}

const deletedChild = alias(deletedKey, 'deleted_child');
const nextRotation = alias(keyRotation, 'next_rotation');

/** Deleted keys that lead to nothing that is left; those above them follow the next time. */
function createdNothingLeft(db: Database) {
  return leadsNowhere(db, deletedKey.organizationId, deletedKey.id);
}

/** Rotations of keys that were deleted since, and lead to nothing that is left. */
function rotatedNothingLeft(db: Database) {
  const { organizationId, keyId } = keyRotation;
  return and(isOfNoKey(db, keyRotation), leadsNowhere(db, organizationId, keyId));
}

function isOfNoKey(db: Database, { organizationId, keyId }: typeof keyEdit | typeof keyRotation) {
  return isNowhere(db, apiKey, [apiKey.organizationId, organizationId], [apiKey.id, keyId]);
}

/**
 * Whether the key created nothing that is still needed, let nobody in, and gave no key a new secret or
 * more than it had.
 */
function leadsNowhere(db: Database, organizationId: PgColumn, keyId: PgColumn) {
  const created = [apiKey, joinKey, invitation, admission, gateway] as const;
  return and(
    isNowhere(
      db,
      deletedChild,
      [deletedChild.organizationId, organizationId],
      [deletedChild.createdBy, keyId],
    ),
    ...created.map((table) =>
      isNowhere(db, table, [table.organizationId, organizationId], [table.createdByKeyId, keyId]),
    ),
    isNowhere(
      db,
      nextRotation,
      [nextRotation.organizationId, organizationId],
      [nextRotation.rotatedBy, keyId],
    ),
    isNowhere(db, keyEdit, [keyEdit.organizationId, organizationId], [keyEdit.editedBy, keyId]),
  );
}

type Pair = readonly [PgColumn, PgColumn];

function isNowhere(db: Database, table: PgTable, ...pairs: readonly Pair[]) {
  const matches = and(...pairs.map(([column, value]) => eq(column, value)));
  return notExists(db.select({ one: sql`1` }).from(table).where(matches));
}
