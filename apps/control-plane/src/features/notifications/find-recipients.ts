import { type NotificationKind, notificationKind } from '@tollkeeper/contract';
import type { ScopeSet } from '@tollkeeper/verify';
import { and, eq, isNull } from 'drizzle-orm';
import { customRole, heldRoleColumns, roleScopes } from '../../access/role-scopes.ts';
import type { Transaction } from '../../db/connect.ts';
import {
  chatDestination,
  member,
  notificationDefault,
  notificationPreference,
  organization,
  role,
} from '../../db/schema/index.ts';
import {
  type Channels,
  channelOf,
  includesBell,
  includesMail,
  mayReceive,
  NO_DEFAULTS,
  NO_PREFERENCES,
} from './channels.ts';
import { actingMember, type Happening } from './happening.ts';

/** The active members of an organization, with what they may see and where they are notified. */
export interface Audience {
  readonly members: readonly {
    readonly memberId: string;
    readonly scopes: ScopeSet;
    readonly channels: Channels;
    readonly isMailStopped: boolean;
  }[];
  readonly defaults: { readonly channels: Channels; readonly digestHour: number };
  /** What chat destinations of the organization receive, even if no member is notified. */
  readonly chatKinds: ReadonlySet<NotificationKind>;
}

/** @returns no members of an organization that was deleted */
export async function readAudience(tx: Transaction, organizationId: string): Promise<Audience> {
  const [defaults] = await tx
    .select()
    .from(notificationDefault)
    .where(eq(notificationDefault.organizationId, organizationId));
  const rows = await tx
    .select({
      memberId: member.id,
      ...heldRoleColumns,
      channels: notificationPreference.channels,
      isMailStopped: notificationPreference.isMailStopped,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .leftJoin(role, customRole)
    .leftJoin(
      notificationPreference,
      and(
        eq(notificationPreference.organizationId, member.organizationId),
        eq(notificationPreference.memberId, member.id),
      ),
    )
    .where(
      and(
        eq(member.organizationId, organizationId),
        eq(member.status, 'active'),
        isNull(organization.deletedAt),
      ),
    );
  return {
    defaults: defaults ?? NO_DEFAULTS,
    chatKinds: await readChatKinds(tx, organizationId),
    members: rows.map(({ memberId, channels, isMailStopped, ...held }) => ({
      memberId,
      scopes: roleScopes(held),
      channels: channels ?? NO_PREFERENCES.channels,
      isMailStopped: isMailStopped ?? NO_PREFERENCES.isMailStopped,
    })),
  };
}

async function readChatKinds(
  tx: Transaction,
  organizationId: string,
): Promise<ReadonlySet<NotificationKind>> {
  const rows = await tx
    .select({ kinds: chatDestination.kinds })
    .from(chatDestination)
    .where(
      and(
        eq(chatDestination.organizationId, organizationId),
        eq(chatDestination.status, 'enabled'),
      ),
    );
  return new Set(rows.flatMap(({ kinds }) => kinds));
}

export interface Recipient {
  readonly memberId: string;
  readonly isOwner: boolean;
  readonly isInBell: boolean;
  readonly isMailed: boolean;
}

/** Who is notified, and where. Nobody of what they did themselves, unless it is about a key of theirs. */
export function findRecipients(
  { members, defaults }: Audience,
  { kind, ownerId, actor, memberIds }: Happening,
): Recipient[] {
  return members.flatMap(({ memberId, scopes, channels, isMailStopped }) => {
    if (memberIds && !memberIds.has(memberId)) return [];
    const isOwner = memberIds ? true : memberId === ownerId;
    if (!isOwner && memberId === actingMember(actor) && !isToActor(kind)) return [];
    if (!mayReceive(kind, scopes, isOwner) && !mayReceive(kind, scopes, false)) return [];
    const channel = channelOf(kind, channels, defaults.channels);
    const isInBell = includesBell(channel);
    const isMailed = includesMail(channel) && !isMailStopped;
    if (!isInBell && !isMailed) return [];
    return [
      {
        memberId,
        isOwner: isOwner && notificationKind(kind).ownerScopes !== undefined,
        isInBell,
        isMailed,
      },
    ];
  });
}

/** Who created the key that reached the limit saw a key, and no limit. */
function isToActor(kind: Happening['kind']): boolean {
  return kind === 'plan_limit';
}
