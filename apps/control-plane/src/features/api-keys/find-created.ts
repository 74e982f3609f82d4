import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { visibleFleet } from '../../access/visibility.ts';
import type { Authority } from '../../context.ts';
import { among, createReader, type Reader } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import {
  chatDestination,
  gateway,
  invitation,
  joinKey,
  logStream,
  webhookEndpoint,
} from '../../db/schema/index.ts';
import type { AdmittedMember, ReadLineage } from '../../lineage/read-lineage.ts';
import { type Descendants, traceDescendants } from '../../lineage/trace-descendants.ts';
import { invitationSentAt } from '../../write/created-facts.ts';
import {
  type CreatedKey,
  type CreatedThing,
  livingKeys,
  presentMembers,
  withRoot,
} from './created-rows.ts';
import { findCampaigns } from './find-campaigns.ts';
import { type ChangedAccess, findChangedAccess } from './find-changed-access.ts';
import { type ChangedSetting, findChangedSettings } from './find-changed-settings.ts';
import { type EditedKey, findEditedKeys } from './find-edited-keys.ts';

/** What is still in use of what came from some keys, and goes with them. */
export interface Created extends ChangedAccess {
  /** That are not revoked, roots aside. */
  readonly keys: readonly CreatedKey[];
  /** Whom the caller removes. */
  readonly members: readonly (CreatedThing & AdmittedMember)[];
  readonly joinKeys: readonly CreatedThing[];
  readonly invitations: readonly (CreatedThing & { readonly expiresAt: Date })[];
  readonly gateways: readonly CreatedThing[];
  readonly webhookEndpoints: readonly CreatedThing[];
  readonly logStreams: readonly CreatedThing[];
  readonly chatDestinations: readonly CreatedThing[];
  /** That are not over: they could disable the keys of everybody later. */
  readonly reviewCampaigns: readonly CreatedThing[];
  /** Whom the caller keeps or may not remove. */
  readonly membersLeft: readonly (CreatedThing & AdmittedMember)[];
  readonly gatewaysLeft: readonly CreatedThing[];
  readonly webhookEndpointsLeft: readonly CreatedThing[];
  readonly logStreamsLeft: readonly CreatedThing[];
  readonly chatDestinationsLeft: readonly CreatedThing[];
  /** Other keys that were enabled or changed by what came from the roots: they stay as they are. */
  readonly editedKeys: readonly EditedKey[];
  /** Audit events of what else was changed or deleted: nothing restores it. */
  readonly changedSettings: readonly ChangedSetting[];
  /** False where there is more than was to be read. */
  readonly isComplete: boolean;
}

interface CreatedSearch {
  readonly rowsMax?: number;
  /** Where they were traced already, and those of them of which it was not asked yet what they created. */
  readonly descendants?: Descendants;
  readonly unseen?: readonly string[];
}

/**
 * The one answer to what came from the keys, for counting it and for taking it along.
 * @param lineage of these keys, and perhaps of others
 */
export async function findCreated(
  db: Database | Transaction,
  ctx: Authority,
  lineage: ReadLineage,
  rootIds: readonly string[],
  { rowsMax, unseen, descendants = traceDescendants(lineage, rootIds) }: CreatedSearch = {},
): Promise<Created> {
  const keys = livingKeys(lineage, descendants, rootIds);
  const reader = createReader(unseen ?? [...descendants.ids], rowsMax);
  const gateways = await findGateways(db, ctx, descendants, reader);
  const endpoints = await findReceivers(db, ctx, webhookEndpoint, descendants, reader);
  const streams = await findReceivers(db, ctx, logStream, descendants, reader);
  const destinations = await findReceivers(db, ctx, chatDestination, descendants, reader);
  const receivers = [...endpoints, ...streams, ...destinations];
  const isLeft = ({ isManageable }: { readonly isManageable: boolean }) => !isManageable;
  return {
    keys,
    members: presentMembers(lineage, descendants.members),
    membersLeft: presentMembers(lineage, descendants.membersLeft),
    joinKeys: await findJoinKeys(db, ctx, descendants, reader),
    invitations: await findInvitations(db, ctx, descendants, reader),
    gateways: gateways.filter((each) => !isLeft(each)),
    gatewaysLeft: gateways.filter(isLeft),
    webhookEndpoints: endpoints.filter((each) => !isLeft(each)),
    webhookEndpointsLeft: endpoints.filter(isLeft),
    logStreams: streams.filter((each) => !isLeft(each)),
    logStreamsLeft: streams.filter(isLeft),
    chatDestinations: destinations.filter((each) => !isLeft(each)),
    chatDestinationsLeft: destinations.filter(isLeft),
    reviewCampaigns: await findCampaigns(db, ctx, descendants, reader),
    editedKeys: await findEditedKeys(db, ctx, descendants, reader),
    changedSettings: await findChangedSettings(db, ctx, descendants, reader),
    ...(await findChangedAccess(db, ctx, descendants, reader, receivers)),
    isComplete: reader.isComplete(),
  };
}

/** Without fleet.manage none: join keys then stay, blocked, as the key that created them is gone. */
function manageableFleet(ctx: Authority, table: typeof joinKey | typeof gateway): SQL<boolean> {
  const may = holds(ctx.scopes, 'fleet.manage') ? visibleFleet(ctx, table) : undefined;
  return sql<boolean>`${may ?? sql`false`}`;
}

/** Those of removed members go whatever the caller may do: removing a member deletes them. */
async function findJoinKeys(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
) {
  const rows = await reader.readEach((ids) =>
    db
      .select({
        id: joinKey.id,
        createdByKeyId: joinKey.createdByKeyId,
        memberId: joinKey.memberId,
        createdAt: joinKey.createdAt,
        isManageable: manageableFleet(ctx, joinKey),
      })
      .from(joinKey)
      .where(
        and(
          eq(joinKey.organizationId, ctx.organizationId),
          or(among(joinKey.createdByKeyId, ids), among(joinKey.memberId, ids)),
        ),
      ),
  );
  return rows.flatMap(({ id, createdByKeyId, memberId, createdAt, isManageable }) => {
    const creators = isManageable ? [createdByKeyId, memberId] : [memberId];
    return withRoot(descendants, { id }, creators, createdAt);
  });
}

/** Without members.invite none: they stay, blocked. A confined caller withdraws none either. */
async function findInvitations(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
) {
  if (!holds(ctx.scopes, 'members.invite') || ctx.workspaceId !== null) return [];
  const rows = await reader.readEach((ids) =>
    db
      .select({
        id: invitation.id,
        createdByKeyId: invitation.createdByKeyId,
        invitedBy: invitation.invitedBy,
        expiresAt: invitation.expiresAt,
      })
      .from(invitation)
      .where(
        and(
          eq(invitation.organizationId, ctx.organizationId),
          or(among(invitation.createdByKeyId, ids), among(invitation.invitedBy, ids)),
        ),
      ),
  );
  return rows.flatMap((row) =>
    withRoot(
      descendants,
      { id: row.id, expiresAt: row.expiresAt },
      [row.createdByKeyId, row.invitedBy],
      invitationSentAt(row),
    ),
  );
}

/** Those that the caller may not remove stay, and go on deciding. */
async function findGateways(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
) {
  const rows = await reader.readEach((ids) =>
    db
      .select({
        id: gateway.id,
        createdByKeyId: gateway.createdByKeyId,
        createdByMemberId: gateway.createdByMemberId,
        createdAt: gateway.createdAt,
        isManageable: manageableFleet(ctx, gateway),
      })
      .from(gateway)
      .where(
        and(
          eq(gateway.organizationId, ctx.organizationId),
          or(among(gateway.createdByKeyId, ids), among(gateway.createdByMemberId, ids)),
        ),
      ),
  );
  return rows.flatMap(({ id, createdByKeyId, createdByMemberId, createdAt, isManageable }) =>
    withRoot(descendants, { id, isManageable }, [createdByKeyId, createdByMemberId], createdAt),
  );
}

/** Endpoints, streams or chat destinations. Those that the caller may not delete stay, and go on receiving what happens. */
async function findReceivers(
  db: Database | Transaction,
  ctx: Authority,
  table: typeof webhookEndpoint | typeof logStream | typeof chatDestination,
  descendants: Descendants,
  reader: Reader,
) {
  const scope = table === chatDestination ? 'integrations.manage' : 'audit.webhook_manage';
  const isManageable = holds(ctx.scopes, scope) && ctx.workspaceId === null;
  const rows = await reader.readEach((ids) =>
    db
      .select({
        id: table.id,
        createdByKeyId: table.createdByKeyId,
        memberId: table.memberId,
        createdAt: table.createdAt,
      })
      .from(table as typeof logStream)
      .where(
        and(
          eq(table.organizationId, ctx.organizationId),
          or(among(table.createdByKeyId, ids), among(table.memberId, ids)),
        ),
      ),
  );
  return rows.flatMap(({ id, createdByKeyId, memberId, createdAt }) =>
    withRoot(descendants, { id, isManageable }, [createdByKeyId, memberId], createdAt),
  );
}
