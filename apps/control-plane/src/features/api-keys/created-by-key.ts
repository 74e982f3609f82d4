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
  const record = (root: string, kind: EndedKind, { after = null, ...event }: EndedEvent) => {
    const { own, cause } = of(root);
    own.counts[`${kind}Count`] += 1;
    own.events.push({ ...event, after: { ...after, cause } });
    return own.changes;
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
    const { id, name, workspaceId } = row;
    const set = { status: 'revoked' as const, revokedAt: now, revokeReason: reasonOf(key) };
    const changes = record(key.root, 'keys', {
      action: 'api_key.revoke',
      target: { type: 'api_key', id, name, workspaceId },
      before: keyFacts(row),
      after: keyFacts({ ...row, ...set }),
    });
    changes.push({ kind: 'key', subjectId: id, workspaceId });
  }
  await setRemoved(tx, ctx, idsOf(locked.members));
  for (const row of locked.members) {
    const changes = record(row.root, 'members', {
      action: 'member.remove',
      target: { type: 'member', id: row.id, name: row.name },
      before: memberFacts(row),
      after: memberFacts({ ...row, status: 'removed' }),
    });
    changes.push({ kind: 'member', subjectId: row.id });
  }
  for (const { row, root } of await deleteThings(tx, ctx, webhookEndpoint, part.webhookEndpoints)) {
    record(root, 'webhookEndpoints', {
      action: 'webhook_endpoint.delete',
      target: { type: 'webhook_endpoint', id: row.id, name: row.name },
      before: { ...webhookEndpointFacts(row), signature: row.signature, status: row.status },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, logStream, part.logStreams)) {
    record(root, 'logStreams', {
      action: 'log_stream.delete',
      target: { type: 'log_stream', id: row.id, name: row.name },
      before: { ...logStreamFacts(row), status: row.status, sequence: row.sequence },
    });
  }
  for (const { row, set, root } of await endCampaigns(tx, ctx, part.reviewCampaigns, now)) {
    record(root, 'reviewCampaigns', {
      action: 'review_campaign.end',
      target: { type: 'review_campaign', id: row.id, name: row.name },
      before: campaignFacts(row),
      after: campaignFacts({ ...row, ...set }),
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, chatDestination, part.chatDestinations)) {
    record(root, 'chatDestinations', {
      action: 'chat_destination.delete',
      target: { type: 'chat_destination', id: row.id, name: row.name },
      before: { ...chatDestinationFacts(row), status: row.status },
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, joinKey, part.joinKeys)) {
    record(root, 'joinKeys', {
      action: 'join_key.delete',
      target: { type: 'join_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: joinKeyFacts(row),
    });
  }
  const isSame = isSentAsFound(part.invitations);
  for (const { row, root } of await deleteThings(tx, ctx, invitation, part.invitations, isSame)) {
    record(root, 'invitations', {
      action: 'invitation.withdraw',
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
    });
  }
  for (const { row, root } of await deleteThings(tx, ctx, gateway, part.gateways)) {
    const changes = record(root, 'gateways', {
      action: 'gateway.delete',
      target: { type: 'gateway', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: gatewayFacts(row),
    });
    changes.push({ kind: 'gateway', subjectId: row.id });
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

type EndedKind =
  | 'keys'
  | 'members'
  | 'webhookEndpoints'
  | 'logStreams'
  | 'reviewCampaigns'
  | 'chatDestinations'
  | 'joinKeys'
  | 'invitations'
  | 'gateways';
type EndedEvent = Omit<FurtherEvent, 'after'> & Partial<Pick<FurtherEvent, 'after'>>;
