import { and, eq, lt, notExists, sql } from 'drizzle-orm';
import { purgeLineage } from '../access/sweep-lineage.ts';
import type { Database } from '../db/connect.ts';
import {
  apiKey,
  apiKeySecret,
  attempt,
  callCount,
  change,
  controlPlane,
  deviceCode,
  gatewayConnection,
  gatewayVersion,
  idempotency,
  joinKey,
  keyEdit,
  keyNetwork,
  keyUsage,
  notification,
  notificationFinding,
  organizationUsage,
  scopeUse,
  session,
  shadowDenial,
  usageSource,
  verification,
  webhookDelivery,
  webhookEndpoint,
} from '../db/schema/index.ts';
import { deleteOrphanDeliveries } from '../features/webhooks/index.ts';

/**
 * Deletes what nobody can ask for any more: answers kept for retries (24 hours), changes and when
 * gateways applied them (a week: so long a gateway may be away and get what it missed; one that was
 * away for longer, and a process, loads all anew), secrets whose grace has ended, join keys that
 * expired and counts beyond the longest period shown (31 days each, of kinds of calls a day, of needs of scopes 90 days), deliveries of webhooks
 * (30 days, and of deleted endpoints), notifications (90 days), ended sessions, processes that
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
    edits: db.delete(keyEdit).where(isOfNoKey(db, keyEdit)),
    networks: db.delete(keyNetwork).where(isOfNoKey(db, keyNetwork)),
    deletedKeys: purgeLineage(db),
    joinKeys: db.delete(joinKey).where(lt(joinKey.expiresAt, before('31 days'))),
    deviceCodes: db.delete(deviceCode).where(lt(deviceCode.expiresAt, before('0 seconds'))),
    challenges: db.delete(verification).where(lt(verification.expiresAt, before('0 seconds'))),
    keyMinutes: db.delete(keyUsage).where(lt(keyUsage.minute, before('31 days'))),
    organizationMinutes: db
      .delete(organizationUsage)
      .where(lt(organizationUsage.minute, before('31 days'))),
    callCounts: db.delete(callCount).where(lt(callCount.hour, before('25 hours'))),
    // The 90 days that are shown, and what is left of the days at either end.
    scopeUses: db.delete(scopeUse).where(lt(scopeUse.day, before('92 days'))),
    shadowDenials: db.delete(shadowDenial).where(lt(shadowDenial.hour, before('25 hours'))),
    sessions: db.delete(session).where(lt(session.expiresAt, before('0 seconds'))),
    // With their attempts.
    webhookDeliveries: db
      .delete(webhookDelivery)
      .where(lt(webhookDelivery.createdAt, before('30 days'))),
    orphanDeliveries: deleteOrphanDeliveries(db),
    webhookSecrets: db
      .update(webhookEndpoint)
      .set({ previousSecret: null, previousSecretUntil: null })
      .where(lt(webhookEndpoint.previousSecretUntil, before('1 minute'))),
    // With who was notified.
    notifications: db.delete(notification).where(lt(notification.createdAt, before('90 days'))),
    findings: db.delete(notificationFinding).where(lt(notificationFinding.at, before('400 days'))),
    sources: db.delete(usageSource).where(lt(usageSource.seenAt, before('31 days'))),
  };
  const counts: Record<string, number> = {};
  for (const [name, purge] of Object.entries(purges)) counts[name] = (await purge).rowCount ?? 0;
  return counts;
}

/** Edits of keys that are gone. */
function isOfNoKey(db: Database, of: typeof keyEdit | typeof keyNetwork) {
  const key = and(eq(apiKey.organizationId, of.organizationId), eq(apiKey.id, of.keyId));
  return notExists(db.select({ one: sql`1` }).from(apiKey).where(key));
}
