import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { visibleFleet } from '../../access/visible-fleet.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { gateway, invitation, joinKey, member } from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { among } from './among.ts';
import { admittedBy } from './find-created-keys.ts';

/** Ids of the keys and members whose creations a cascade takes along; no id is of both. */
type CreatorIds = readonly string[];

/** Without fleet.manage none: join keys then stay, blocked, as the key that created them is gone. */
export function manageableFleet(ctx: Ctx, table: typeof joinKey | typeof gateway): SQL | undefined {
  return holds(ctx.scopes, 'fleet.manage') ? visibleFleet(ctx, table) : sql`false`;
}

/** Without members.invite none: they stay, blocked. A confined caller withdraws none either. */
export function withdrawableInvitations(ctx: Ctx): SQL {
  return holds(ctx.scopes, 'members.invite') && ctx.workspaceId === null
    ? eq(invitation.organizationId, ctx.organizationId)
    : sql`false`;
}

/** Those of removed members go whatever the caller may do: removing a member deletes them. */
export async function deleteJoinKeys(tx: Transaction, ctx: Ctx, creatorIds: CreatorIds) {
  const rows = await tx
    .delete(joinKey)
    .where(
      and(
        eq(joinKey.organizationId, ctx.organizationId),
        or(
          and(manageableFleet(ctx, joinKey), among(joinKey.createdByKeyId, creatorIds)),
          among(joinKey.memberId, creatorIds),
        ),
      ),
    )
    .returning();
  if (rows.length > 0) await forgetAnswer(tx, ctx.organizationId, ...rows.map((row) => row.id));
  return rows;
}

export async function deleteInvitations(tx: Transaction, ctx: Ctx, creatorIds: CreatorIds) {
  const rows = await tx
    .delete(invitation)
    .where(
      and(
        withdrawableInvitations(ctx),
        or(among(invitation.createdByKeyId, creatorIds), among(invitation.invitedBy, creatorIds)),
      ),
    )
    .returning();
  if (rows.length > 0) await forgetAnswer(tx, ctx.organizationId, ...rows.map((row) => row.id));
  return rows;
}

/** Those that the caller may not remove stay, and go on deciding. */
export function deleteGateways(tx: Transaction, ctx: Ctx, creatorIds: CreatorIds) {
  return tx
    .delete(gateway)
    .where(and(manageableFleet(ctx, gateway), joinedThrough(ctx, creatorIds)))
    .returning();
}

/** Gateways that are still there, once `deleteGateways` has run. */
export function findGatewaysLeft(tx: Transaction, ctx: Ctx, creatorIds: CreatorIds) {
  return tx
    .select({
      createdByKeyId: gateway.createdByKeyId,
      createdByMemberId: gateway.createdByMemberId,
    })
    .from(gateway)
    .where(joinedThrough(ctx, creatorIds));
}

function joinedThrough(ctx: Ctx, creatorIds: CreatorIds): SQL | undefined {
  return and(
    eq(gateway.organizationId, ctx.organizationId),
    or(among(gateway.createdByKeyId, creatorIds), among(gateway.createdByMemberId, creatorIds)),
  );
}

/** Members whom the creators admitted and who remain once the others are removed. */
export async function findMembersLeft(tx: Transaction, ctx: Ctx, creatorIds: CreatorIds) {
  const { organizationId } = ctx;
  const { rows } = await tx.execute<{ creator: string; id: string }>(sql`
    select distinct on (${member.id}) creator.id as creator, ${member.id}
    from unnest(${sql.param(creatorIds)}::text[]) as creator (id),
      lateral ${admittedBy(organizationId, sql`creator.id`)} as admitted (id)
      join ${member} on ${member.id} = admitted.id
    where ${member.organizationId} = ${organizationId} and ${member.status} <> 'removed'
    order by ${member.id}`);
  return rows;
}
