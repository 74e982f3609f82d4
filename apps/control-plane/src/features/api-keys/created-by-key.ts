import type { SQL } from 'drizzle-orm';
import type { Authority } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import {
  chatDestination,
  gateway,
  invitation,
  joinKey,
  logStream,
  webhookEndpoint,
} from '../../db/schema/index.ts';
import type { Change } from '../../write/change.ts';
import {
  campaignFacts,
  chatDestinationFacts,
  gatewayFacts,
  invitationFacts,
  joinKeyFacts,
  logStreamFacts,
  memberFacts,
  webhookEndpointFacts,
} from '../../write/created-facts.ts';
import type { FurtherEvent } from '../../write/write.ts';
import {
  type CreatedCounts,
  LEFT_KINDS,
  type MutableCounts,
  NAMED_KINDS,
  NAMED_MAX,
  noCounts,
} from './created-counts.ts';
import type { CreatedKey } from './created-rows.ts';
import {
  deleteThings,
  endCampaigns,
  idsOf,
  isSentAsFound,
  lockRows,
  setRemoved,
  setRevoked,
} from './end-rows.ts';
import type { Created } from './find-created.ts';
import { keyFacts } from './key-view.ts';

interface EndedCreated {
  readonly counts: CreatedCounts;
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

const NOTHING: EndedCreated = { counts: noCounts(), events: [], changes: [] };

interface Ending {
  readonly roots: readonly { readonly id: string; readonly name: string }[];
  /** Whom the caller removes (`findRemovable`). */
  readonly removable: SQL | undefined;
  readonly now: Date;
}

/**
 * Revokes the keys, removes the members, and deletes the webhook endpoints, log streams, chat destinations, join keys,
 * invitations and gateways. However many roots there are, it takes the same number of statements.
 * @param part of no more than one transaction ends
 * @returns what ended, by root
 */
export async function endCreated(
  tx: Transaction,
  ctx: Authority,
  part: Created,
  { roots, removable, now }: Ending,
): Promise<(rootId: string) => EndedCreated> {
  const locked = await lockRows(tx, ctx, part, removable);
  const names = new Map(roots.map(({ id, name }) => [id, name]));
  const endedBy = new Map<string, Mutable>();
  const of = (root: string) => {
    const own = endedBy.get(root) ?? { counts: noCounts(), events: [], changes: [] };
    endedBy.set(root, own);
    return { own, cause: { type: 'api_key', id: root, name: names.get(root) ?? '' } };
  };
  const reasonOf = ({ root, ownerLeaves }: CreatedKey) => {
    const { name } = of(root).cause;
    return ownerLeaves
      ? `Its owner joined through the key "${name}", or through one that descends from it, and was removed when that key was revoked or deleted`
      : `Revoked together with the key "${name}", from which it descends`;
  };
  const keys = part.keys.flatMap((key) => {
    const row = locked.keys.get(key.id);
    return row ? [{ key, row }] : [];
  });
  const found = keys.map(({ key }) => key);
  await setRevoked(tx, ctx, found, now, reasonOf);
  for (const { key, row } of keys) {
    const { own, cause } = of(key.root);
    const { id, name, workspaceId } = row;
    const set = { status: 'revoked' as const, revokedAt: now, revokeReason: reasonOf(key) };
    own.counts.keysCount += 1;
    own.events.push({
      action: 'api_key.revoke',
      target: { type: 'api_key', id, name, workspaceId },
      before: keyFacts(row),
      after: { ...keyFacts({ ...row, ...set }), cause },
    });
    own.changes.push({ kind: 'key', subjectId: id, workspaceId });
  }
  await setRemoved(tx, ctx, idsOf(locked.members));
  for (const row of locked.members) {
    const { own, cause } = of(row.root);
    own.counts.membersCount += 1;
    own.events.push({
      action: 'member.remove',
      target: { type: 'member', id: row.id, name: row.name },
      before: memberFacts(row),
      after: { ...memberFacts({ ...row, status: 'removed' }), cause },
    });
    own.changes.push({ kind: 'member', subjectId: row.id });
  }
  for (const { row, root } of await deleteThings(tx, ctx, webhookEndpoint, part.webhookEndpoints)) {
    const { own, cause } = of(root);
    own.counts.webhookEndpointsCount += 1;
    own.events.push({
      action: 'webhook_endpoint.delete',
      target: { type: 'webhook_endpoint', id: row.id, name: row.name },
      before: { ...webhookEndpointFacts(row), signature: row.signature, status: row.status },
      after: { cause },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, logStream, part.logStreams)) {
    const { own, cause } = of(root);
    own.counts.logStreamsCount += 1;
    own.events.push({
      action: 'log_stream.delete',
      target: { type: 'log_stream', id: row.id, name: row.name },
      before: { ...logStreamFacts(row), status: row.status, sequence: row.sequence },
      after: { cause },
    });
  }
  for (const { row, set, root } of await endCampaigns(tx, ctx, part.reviewCampaigns, now)) {
    const { own, cause } = of(root);
    own.counts.reviewCampaignsCount += 1;
    own.events.push({
      action: 'review_campaign.end',
      target: { type: 'review_campaign', id: row.id, name: row.name },
      before: campaignFacts(row),
      after: { ...campaignFacts({ ...row, ...set }), cause },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, chatDestination, part.chatDestinations)) {
    const { own, cause } = of(root);
    own.counts.chatDestinationsCount += 1;
    own.events.push({
      action: 'chat_destination.delete',
      target: { type: 'chat_destination', id: row.id, name: row.name },
      before: { ...chatDestinationFacts(row), status: row.status },
      after: { cause },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, joinKey, part.joinKeys)) {
    const { own, cause } = of(root);
    own.counts.joinKeysCount += 1;
    own.events.push({
      action: 'join_key.delete',
      target: { type: 'join_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: joinKeyFacts(row),
      after: { cause },
    });
  }
  const isSame = isSentAsFound(part.invitations);
  for (const { row, root } of await deleteThings(tx, ctx, invitation, part.invitations, isSame)) {
    const { own, cause } = of(root);
    own.counts.invitationsCount += 1;
    own.events.push({
      action: 'invitation.withdraw',
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: { cause },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, gateway, part.gateways)) {
    const { own, cause } = of(root);
    own.counts.gatewaysCount += 1;
    own.events.push({
      action: 'gateway.delete',
      target: { type: 'gateway', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: gatewayFacts(row),
      after: { cause },
    });
    own.changes.push({ kind: 'gateway', subjectId: row.id });
  }
  for (const kind of LEFT_KINDS) {
    for (const { root } of part[kind]) of(root).own.counts[`${kind}Count`] += 1;
  }
  for (const kind of NAMED_KINDS) {
    for (const { root, id } of part[kind]) {
      const { counts } = of(root).own;
      counts[`${kind}Count`] += 1;
      if (counts[kind].length < NAMED_MAX) counts[kind].push(id);
    }
  }
  return (rootId) => endedBy.get(rootId) ?? NOTHING;
}

interface Mutable {
  readonly counts: MutableCounts;
  readonly events: FurtherEvent[];
  readonly changes: Change[];
}
