import type { invitation, joinKey } from '../db/schema/index.ts';
import type { Facts } from './audit.ts';

/** What the audit log tells of a join key. */
export function joinKeyFacts(row: Omit<typeof joinKey.$inferSelect, 'hash'>): Facts {
  return {
    name: row.name,
    prefix: row.prefix,
    workspaceId: row.workspaceId,
    memberId: row.memberId,
    createdByKeyId: row.createdByKeyId,
    labels: row.labels,
    usesMax: row.usesMax,
    usesCount: row.usesCount,
    expiresAt: row.expiresAt.toISOString(),
  };
}

type InvitationFacts = Pick<
  typeof invitation.$inferSelect,
  'email' | 'roleId' | 'invitedBy' | 'createdByKeyId' | 'expiresAt'
>;

/** What the audit log tells of an invitation. */
export function invitationFacts(row: InvitationFacts): Facts {
  const { email, roleId, invitedBy, createdByKeyId } = row;
  return { email, roleId, invitedBy, createdByKeyId, expiresAt: row.expiresAt.toISOString() };
}
