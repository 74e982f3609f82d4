import { and, asc, eq, inArray, lt, notExists, sql } from 'drizzle-orm';
import type { Services } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import {
  apiKey,
  auditChain,
  auditEvent,
  auditTerm,
  callCount,
  idempotency,
  invitation,
  keyNetwork,
  keyUsage,
  member,
  organization,
  organizationUsage,
  scopeUse,
  shadowDenial,
  stripeCustomer,
  transparencyLog,
  transparencyLogTile,
  user,
  webhookDelivery,
} from '../db/schema/index.ts';
import { deleteFleet } from '../fleet/delete-fleet.ts';
import { runForEach } from '../run-for-each.ts';
import { appendChanges } from '../write/append.ts';
import { lockChainEnd } from '../write/audit.ts';
import type { WriteServices } from '../write/write.ts';

/** How long the audit log of a deleted organization can still be exported, in days. */
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

type EraseServices = Omit<WriteServices, 'randomBytes'> & Pick<Services, 'log'>;

/**
 * Erases organizations that were deleted longer ago, whole: the audit log too, so that only the
 * server's own log tells of it; and users who belong to no other organization.
 */
export async function eraseDeletedOrganizations(services: EraseServices) {
  const { db, clock, changeFeed, log } = services;
  const before = new Date(clock().getTime() - KEPT_DAYS * DAY_MS);
  const due = await db
    .select({ id: organization.id, customer: stripeCustomer })
    .from(organization)
    .leftJoin(stripeCustomer, eq(stripeCustomer.organizationId, organization.id))
    .where(lt(organization.deletedAt, before))
    .orderBy(asc(organization.id));
  const contextOf = ({ id }: { readonly id: string }) => ({ organizationId: id });
  let erased = 0;
  await runForEach(log, due, contextOf, async ({ id, customer }) => {
    if (customer && !customer.endedAt) {
      const { customerId } = customer;
      log.warn({ organizationId: id, customerId }, 'not erased: Stripe may still bill it');
      return;
    }
    const { users, lastChange } = await db.transaction((tx) => erase(tx, id));
    await changeFeed.waitUntilApplied(lastChange);
    erased += 1;
    log.info({ organizationId: id, users }, 'erased a deleted organization');
  });
  return { erased };
}

/** Tables whose rows survive what they are about. */
const BY_ORGANIZATION = [
  ...[keyUsage, keyNetwork, organizationUsage, callCount, shadowDenial, scopeUse],
  ...[idempotency, auditEvent, auditChain, transparencyLog, transparencyLogTile],
  webhookDelivery,
] as const;

async function erase(tx: Transaction, id: string) {
  await lockChainEnd(tx, id);
  const members = await tx
    .select({ id: member.id, userId: member.userId })
    .from(member)
    .where(eq(member.organizationId, id));
  const keys = await tx
    .delete(apiKey)
    .where(eq(apiKey.organizationId, id))
    .returning({ id: apiKey.id, workspaceId: apiKey.workspaceId });
  // Before the members whom they name; the database erases what belongs to the organization.
  const fleet = await deleteFleet(tx, 'organizationId', id);
  await tx.delete(invitation).where(eq(invitation.organizationId, id));
  for (const table of BY_ORGANIZATION) {
    await tx.delete(table).where(eq(table.organizationId, id));
  }
  await tx.delete(organization).where(eq(organization.id, id));
  // Afterwards: no job adds any from then on, since a segment needs the organization.
  await tx.delete(auditTerm).where(eq(auditTerm.organizationId, id));
  const users = await eraseUsers(
    tx,
    members.map((row) => row.userId),
  );
  const lastChange = await appendChanges(tx, id, [
    { kind: 'organization', subjectId: id },
    ...fleet.changes,
    ...members.map((row) => ({ kind: 'member' as const, subjectId: row.id })),
    ...keys.map(({ id: subjectId, workspaceId }) => ({
      kind: 'key' as const,
      subjectId,
      workspaceId,
    })),
  ]);
  return { users, lastChange };
}

/** Locked first: who is joining another organization at this moment has then joined, and stays. */
async function eraseUsers(tx: Transaction, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const among = inArray(user.id, [...ids]);
  await tx.select({ id: user.id }).from(user).where(among).orderBy(asc(user.id)).for('update');
  const elsewhere = tx.select({ one: sql`1` }).from(member).where(eq(member.userId, user.id));
  const erased = await tx
    .delete(user)
    .where(and(among, notExists(elsewhere)))
    .returning({ id: user.id });
  return erased.length;
}
