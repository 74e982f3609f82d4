import { and, asc, eq, isNull, max, ne, type SQL, sql } from 'drizzle-orm';
import type { Authority } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import {
  admission,
  apiKey,
  type chatDestination,
  gateway,
  invitation,
  type joinKey,
  type logStream,
  member,
  reviewCampaign,
  type webhookEndpoint,
} from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import type { CreatedKey } from './created-rows.ts';
import type { Created } from './find-created.ts';
import type { KeyRow } from './lock-key.ts';

/** What of a part is still as it was found, locked. */
export interface Locked {
  readonly members: Created['members'];
  /** By id. */
  readonly keys: ReadonlyMap<string, KeyRow>;
}

/**
 * Members first, as removing one does; each in the order of ids, as all lock them. A search may be some
 * time ago: keys that were revoked since are left out, and members who are not what they were, since
 * somebody else removed them, invited them again, or gave them a role that the caller may not remove.
 */
export async function lockRows(
  tx: Transaction,
  { organizationId }: Authority,
  { members, keys }: Pick<Created, 'members' | 'keys'>,
  removable: SQL | undefined,
): Promise<Locked> {
  const present = await tx
    .select({ id: member.id, roleId: member.roleId, status: member.status })
    .from(member)
    .where(
      and(
        eq(member.organizationId, organizationId),
        among(member.id, idsOf(members)),
        ne(member.status, 'removed'),
        removable ?? sql`false`,
      ),
    )
    .orderBy(asc(member.id))
    .for('update');
  const locked = new Map(present.map((row) => [row.id, row]));
  const admittedAt = await findLatestAdmissions(tx, organizationId, idsOf(present));
  const rows = await tx
    .select()
    .from(apiKey)
    .where(
      and(
        eq(apiKey.organizationId, organizationId),
        among(apiKey.id, idsOf(keys)),
        ne(apiKey.status, 'revoked'),
      ),
    )
    .orderBy(asc(apiKey.id))
    .for('update');
  return {
    members: members.flatMap((found) => {
      const row = locked.get(found.id);
      const isSame = admittedAt.get(found.id) === found.admittedAt.getTime();
      return row && isSame ? [{ ...found, ...row }] : [];
    }),
    keys: new Map(rows.map((row) => [row.id, row])),
  };
}

async function findLatestAdmissions(
  tx: Transaction,
  organizationId: string,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx
    .select({ id: admission.memberId, admittedAt: max(admission.admittedAt) })
    .from(admission)
    .where(and(eq(admission.organizationId, organizationId), among(admission.memberId, memberIds)))
    .groupBy(admission.memberId);
  return new Map(rows.flatMap(({ id, admittedAt: at }) => (at ? [[id, at.getTime()]] : [])));
}

/** Rows that one statement updates, so that each ends in time. */
const UPDATED_MAX = 5000;

/** The secrets stay, so that a request with one is answered `revoked`. */
export async function setRevoked(
  tx: Transaction,
  { organizationId }: Authority,
  keys: readonly CreatedKey[],
  now: Date,
  reason: (key: CreatedKey) => string,
): Promise<void> {
  for (let at = 0; at < keys.length; at += UPDATED_MAX) {
    const part = keys.slice(at, at + UPDATED_MAX);
    await tx.execute(sql`
      update ${apiKey} set status = 'revoked', revoked_at = ${now.toISOString()}::timestamptz,
        revoke_reason = revoked.reason
      from unnest(${sql.param(idsOf(part))}::text[], ${sql.param(part.map(reason))}::text[])
        as revoked (id, reason)
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = revoked.id`);
  }
}

/** The rows stay: revoked keys still say whose they were. */
export async function setRemoved(
  tx: Transaction,
  { organizationId }: Authority,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length === 0) return;
  await tx
    .update(member)
    .set({ status: 'removed' })
    .where(and(eq(member.organizationId, organizationId), among(member.id, memberIds)));
}

/** Somebody else may have sent an invitation again since it was found, and stands for it from then on. */
export function isSentAsFound(invitations: Created['invitations']): SQL {
  const times = invitations.map(({ expiresAt }) => expiresAt.toISOString());
  return sql`${invitation.expiresAt} = (
    select found.expires_at from unnest(${sql.param(idsOf(invitations))}::text[],
      ${sql.param(times)}::timestamptz[]) as found (id, expires_at)
    where found.id = ${invitation.id})`;
}

/** @param isSame leaves out what is not as it was found */
export async function deleteThings<
  T extends
    | typeof joinKey
    | typeof invitation
    | typeof gateway
    | typeof webhookEndpoint
    | typeof logStream
    | typeof chatDestination,
>(
  tx: Transaction,
  { organizationId }: Authority,
  table: T,
  things: readonly { readonly id: string; readonly root: string }[],
  isSame: SQL = sql`true`,
): Promise<{ readonly row: T['$inferSelect']; readonly root: string }[]> {
  if (things.length === 0) return [];
  const roots = new Map(things.map(({ id, root }) => [id, root]));
  const rows: T['$inferSelect'][] = await tx
    .delete(table as typeof joinKey)
    .where(and(eq(table.organizationId, organizationId), among(table.id, idsOf(things)), isSame))
    .returning();
  if (table !== gateway) await forgetAnswer(tx, organizationId, ...idsOf(rows));
  return rows.flatMap((row) => {
    const root = roots.get(row.id);
    return root === undefined ? [] : [{ row, root }];
  });
}

/** A job completes them, and disables nothing: not even what it was about to. */
export async function endCampaigns(
  tx: Transaction,
  { organizationId }: Authority,
  campaigns: readonly { readonly id: string; readonly root: string }[],
  now: Date,
) {
  if (campaigns.length === 0) return [];
  const roots = new Map(campaigns.map(({ id, root }) => [id, root]));
  const rows = await tx
    .select()
    .from(reviewCampaign)
    .where(
      and(
        eq(reviewCampaign.organizationId, organizationId),
        among(reviewCampaign.id, idsOf(campaigns)),
        isNull(reviewCampaign.endedAt),
      ),
    )
    .orderBy(asc(reviewCampaign.id))
    .for('update');
  const set = { status: 'ending', disablesUnconfirmed: false, endsAt: now } as const;
  await tx
    .update(reviewCampaign)
    .set(set)
    .where(
      and(eq(reviewCampaign.organizationId, organizationId), among(reviewCampaign.id, idsOf(rows))),
    );
  return rows.map((row) => ({ row, set, root: roots.get(row.id) ?? '' }));
}

export function idsOf(things: readonly { readonly id: string }[]): string[] {
  return things.map(({ id }) => id);
}
