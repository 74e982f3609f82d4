import {
  auditTargetType,
  CREATED_COUNTED_MAX,
  CREATED_NAMED_MAX,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { type AdmittedMember, readLineage } from '../../lineage/read-lineage.ts';
import { findRemovable, type KeepMembers } from '../../lineage/removable-members.ts';
import { walkLinks } from '../../lineage/walk-links.ts';
import { requireCallerOutside } from './caller-in-cascade.ts';
import type { CreatedKey } from './created-rows.ts';
import type { ChangedSetting } from './find-changed-settings.ts';
import { findCreated } from './find-created.ts';
import { downwardLinks } from './find-linked.ts';
import { treeOfAnother } from './foreign-roots.ts';

/** Links that one statement looks at to count, and rows of each kind that are read. */
const ROWS_MAX = 10 * CREATED_COUNTED_MAX;

/**
 * What `endCreated` would take along, besides the given keys themselves; where that is much, of a
 * part of it.
 * @throws DomainError as it does
 */
export async function countCreated(
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers?: KeepMembers,
): Promise<RouteOutput<Routes['getCreated']>> {
  const { db } = ctx.services;
  await db.transaction((tx) => requireCallerOutside(tx, ctx, rootIds, keepMembers), {
    accessMode: 'read only',
  });
  const removable = await findRemovable(db, ctx, keepMembers);
  const known = new Set(rootIds);
  const idsMax = CREATED_COUNTED_MAX + rootIds.length;
  const beginWith = rootIds.map((id) => ({ id }));
  const { unread } = await walkLinks(db, downwardLinks(ctx, removable), known, beginWith, {
    idsMax,
    linksMax: ROWS_MAX,
    pageMax: ROWS_MAX,
  });
  const lineage = await readLineage(db, ctx, [...known], { removable, rowsMax: ROWS_MAX });
  const created = await findCreated(db, ctx, lineage, rootIds, { rowsMax: ROWS_MAX });
  const isOurs = ({ memberId, ownerLeaves }: CreatedKey) =>
    memberId === ctx.actor.memberId || ownerLeaves;
  if (!holds(ctx.scopes, 'api_keys.manage_all') && !created.keys.every(isOurs)) {
    throw treeOfAnother();
  }
  const mayManageReceivers = holds(ctx.scopes, 'audit.webhook_manage');
  const mayManageChats = holds(ctx.scopes, 'integrations.manage');
  return {
    keysCount: created.keys.length,
    joinKeysCount: created.joinKeys.length,
    invitationsCount: created.invitations.length,
    membersCount: created.members.length,
    gatewaysCount: created.gateways.length,
    webhookEndpointsCount: created.webhookEndpoints.length,
    logStreamsCount: created.logStreams.length,
    chatDestinationsCount: created.chatDestinations.length,
    reviewCampaignsCount: created.reviewCampaigns.length,
    members: named(ctx, created.members),
    membersLeftCount: created.membersLeft.length,
    membersLeft: named(ctx, created.membersLeft),
    gatewaysLeftCount: created.gatewaysLeft.length,
    webhookEndpointsLeftCount: created.webhookEndpointsLeft.length,
    logStreamsLeftCount: created.logStreamsLeft.length,
    chatDestinationsLeftCount: created.chatDestinationsLeft.length,
    editedKeysCount: created.editedKeys.length,
    editedKeys: things(created.editedKeys),
    changedMembersCount: created.changedMembers.length,
    changedMembers: named(ctx, created.changedMembers),
    changedRolesCount: created.changedRoles.length,
    changedRoles: holds(ctx.scopes, 'roles.read') ? things(created.changedRoles) : [],
    changedPoliciesCount: created.changedPolicies.length,
    changedPolicies: holds(ctx.scopes, 'policies.read') ? things(created.changedPolicies) : [],
    changedWebhookEndpointsCount: created.changedWebhookEndpoints.length,
    changedWebhookEndpoints: mayManageReceivers ? things(created.changedWebhookEndpoints) : [],
    changedLogStreamsCount: created.changedLogStreams.length,
    changedLogStreams: mayManageReceivers ? things(created.changedLogStreams) : [],
    changedChatDestinationsCount: created.changedChatDestinations.length,
    changedChatDestinations: mayManageChats ? things(created.changedChatDestinations) : [],
    changedSettingsCount: created.changedSettings.length,
    changedSettings: holds(ctx.scopes, 'audit.read') ? settings(created.changedSettings) : [],
    isComplete: unread.length === 0 && lineage.isComplete && created.isComplete,
  };
}

/** Names and addresses are for callers who may list members. */
function named(ctx: Ctx, rows: readonly Pick<AdmittedMember, 'id' | 'name' | 'email'>[]) {
  if (!holds(ctx.scopes, 'members.read')) return [];
  return firstByName(rows).map(({ id, name, email }) => ({ id, name, email }));
}

function things(rows: readonly { readonly id: string; readonly name: string }[]) {
  return firstByName(rows).map(({ id, name }) => ({ id, name }));
}

/** The latest first. */
function settings(rows: readonly ChangedSetting[]) {
  return rows
    .slice(0, CREATED_NAMED_MAX)
    .map(({ id, action, actorId, targetType, targetName }) => ({
      ...{ id, action, actorId },
      target: { type: auditTargetType.parse(targetType), name: targetName },
    }));
}

function firstByName<T extends { readonly id: string; readonly name: string }>(
  rows: readonly T[],
): T[] {
  return rows
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
    .slice(0, CREATED_NAMED_MAX);
}
