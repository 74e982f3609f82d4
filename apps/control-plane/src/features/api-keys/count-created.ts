import {
  CREATED_COUNTED_MAX,
  CREATED_NAMED_MAX,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { and, eq, ne, not, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, gateway, invitation, joinKey, member, user } from '../../db/schema/index.ts';
import { among } from './among.ts';
import { treeOfAnother } from './created-forest.ts';
import { manageableFleet, withdrawableInvitations } from './created-things.ts';
import { admittedBy, withCreated } from './find-created-keys.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';

interface Row extends Record<string, unknown> {
  readonly kind: string;
  readonly memberId: string;
  readonly name: string;
  readonly email: string;
  readonly rows: number;
}

/**
 * What `revokeCreated` would take along, besides the given keys themselves; where that is much, of a
 * part of it.
 * @throws DomainError as it does
 */
export async function countCreated(
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers?: KeepMembers,
): Promise<RouteOutput<Routes['getCreated']>> {
  const { db } = ctx.services;
  const { organizationId } = ctx;
  const removable = await findRemovable(db, ctx, keepMembers);
  // PostgreSQL goes on with the recursion only for as long as rows are taken from it.
  const { rows } = await db.execute<Row>(
    sql`
    ${withCreated(ctx, rootIds, removable)}, counted as materialized (
      select id from created limit ${CREATED_COUNTED_MAX}
    ), creator as materialized (
      select id from counted union select unnest(${sql.param(rootIds)}::text[])
    ), left_member as (
      select distinct admitted.id
      from creator, lateral ${admittedBy(organizationId, sql`creator.id`)} as admitted (id)
      where not exists (select from creator as known where known.id = admitted.id)
      limit ${CREATED_COUNTED_MAX}
    ), found (kind, id, manageable) as (
      select 'gateway', ${gateway.id}, ${manageableFleet(ctx, gateway)}
      from creator join ${gateway} on ${gateway.createdByKeyId} = creator.id
      where ${gateway.organizationId} = ${organizationId}
      union all
      select 'gateway', ${gateway.id}, ${manageableFleet(ctx, gateway)}
      from counted join ${gateway} on ${gateway.createdByMemberId} = counted.id
      where ${gateway.organizationId} = ${organizationId}
      union all
      select 'joinKey', ${joinKey.id}, ${manageableFleet(ctx, joinKey)}
      from creator join ${joinKey} on ${joinKey.createdByKeyId} = creator.id
      where ${joinKey.organizationId} = ${organizationId}
      union all
      select 'joinKey', ${joinKey.id}, true
      from counted join ${joinKey} on ${joinKey.memberId} = counted.id
      where ${joinKey.organizationId} = ${organizationId}
      union all
      select 'invitation', ${invitation.id}, ${withdrawableInvitations(ctx)}
      from creator join ${invitation} on ${invitation.createdByKeyId} = creator.id
      where ${invitation.organizationId} = ${organizationId}
      union all
      select 'invitation', ${invitation.id}, ${withdrawableInvitations(ctx)}
      from counted join ${invitation} on ${invitation.invitedBy} = counted.id
      where ${invitation.organizationId} = ${organizationId}
    ), thing as (
      select kind || case when bool_or(manageable) then '' else 'Left' end as kind
      from found group by found.kind, found.id
    )
    select 'counted' as kind, '' as "memberId", '' as name, '' as email, count(*)::int as rows
    from counted
    union all
    select 'key', ${apiKey.memberId}, '', '', count(*)::int
    from counted join ${apiKey} on ${apiKey.id} = counted.id
    where ${unrevokedBelow(ctx, rootIds)} group by ${apiKey.memberId}
    union all
    select 'member', ${member.id}, ${user.name}, ${user.email}, 1
    from counted join ${member} on ${member.id} = counted.id
      join ${user} on ${user.id} = ${member.userId}
    where ${isPresent(ctx)}
    union all
    select 'memberLeft', ${member.id}, ${user.name}, ${user.email}, 1
    from left_member join ${member} on ${member.id} = left_member.id
      join ${user} on ${user.id} = ${member.userId}
    where ${isPresent(ctx)}
    union all
    select kind, '', '', '', count(*)::int from thing group by kind`,
  );
  const counted = (kind: string) => rows.filter((row) => row.kind === kind);
  const sum = (kind: string) => counted(kind).reduce((total, each) => total + each.rows, 0);
  const members = counted('member');
  requirePowerOver(ctx, counted('key'), new Set(members.map(({ memberId }) => memberId)));
  return {
    keysCount: sum('key'),
    joinKeysCount: sum('joinKey'),
    invitationsCount: sum('invitation'),
    membersCount: members.length,
    gatewaysCount: sum('gateway'),
    members: named(ctx, members),
    membersLeftCount: sum('memberLeft'),
    membersLeft: named(ctx, counted('memberLeft')),
    gatewaysLeftCount: sum('gatewayLeft'),
    isComplete: sum('counted') < CREATED_COUNTED_MAX,
  };
}

function unrevokedBelow({ organizationId }: Ctx, rootIds: readonly string[]) {
  return and(
    eq(apiKey.organizationId, organizationId),
    not(among(apiKey.id, rootIds)),
    ne(apiKey.status, 'revoked'),
  );
}

function isPresent({ organizationId }: Ctx) {
  return and(eq(member.organizationId, organizationId), ne(member.status, 'removed'));
}

/** @throws DomainError insufficient_scope */
function requirePowerOver(ctx: Ctx, keys: readonly Row[], removed: ReadonlySet<string>): void {
  if (holds(ctx.scopes, 'api_keys.manage_all')) return;
  const isOurs = ({ memberId }: Row) => memberId === ctx.actor.memberId || removed.has(memberId);
  if (!keys.every(isOurs)) throw treeOfAnother();
}

/** Names and addresses are for callers who may list members. */
function named(ctx: Ctx, rows: readonly Row[]) {
  if (!holds(ctx.scopes, 'members.read')) return [];
  return rows
    .map(({ memberId: id, name, email }) => ({ id, name, email }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
    .slice(0, CREATED_NAMED_MAX);
}
