import {
  DIGEST_HOUR,
  NOTIFICATION_KIND_NAMES,
  type NotificationChannel,
  type NotificationKind,
  notificationKind,
} from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeSet } from '@tollkeeper/verify';

export type Channels = Partial<Record<NotificationKind, NotificationChannel>>;

/** What an organization chose for its members, where it chose nothing. */
export const NO_DEFAULTS = { channels: {} as Channels, digestHour: DIGEST_HOUR };
/** What a member chose who chose nothing. */
export const NO_PREFERENCES = { channels: {} as Channels, isMailStopped: false };

/** Where a member is notified of a kind: as they chose, else as the organization did. */
export function channelOf(
  kind: NotificationKind,
  preferences: Channels,
  defaults: Channels,
): NotificationChannel {
  return preferences[kind] ?? defaults[kind] ?? notificationKind(kind).channel;
}

export const includesBell = (channel: NotificationChannel) =>
  channel === 'bell' || channel === 'both';
export const includesMail = (channel: NotificationChannel) =>
  channel === 'mail' || channel === 'both';

interface Needs {
  readonly kind: NotificationKind;
  readonly ofOwner: ScopeSet | undefined;
  readonly ofOthers: ScopeSet | undefined;
}

const NEEDS: readonly Needs[] = NOTIFICATION_KIND_NAMES.map((kind) => {
  const { ownerScopes, scopes } = notificationKind(kind);
  return {
    kind,
    ofOwner: ownerScopes && scopeSet(ownerScopes),
    ofOthers: scopes && scopeSet(scopes),
  };
});
const needsOf = new Map(NEEDS.map((each) => [each.kind, each]));

/**
 * Whether somebody with these scopes may be notified: nobody is of what they could not see.
 * @param isOwner whether they own the key that it is about
 */
export function mayReceive(kind: NotificationKind, scopes: ScopeSet, isOwner: boolean): boolean {
  const needs = needsOf.get(kind);
  const needed = isOwner ? needs?.ofOwner : needs?.ofOthers;
  return needed !== undefined && includes(scopes, needed);
}

/** Kinds of which somebody with these scopes may be notified at all. */
export function receivableKinds(scopes: ScopeSet): readonly NotificationKind[] {
  return NOTIFICATION_KIND_NAMES.filter(
    (kind) => mayReceive(kind, scopes, true) || mayReceive(kind, scopes, false),
  );
}

/** The choice with a change in it; null takes a choice back. */
export function withChannels(
  channels: Channels,
  change: Partial<Record<NotificationKind, NotificationChannel | null>> = {},
): Channels {
  const changed = Object.entries({ ...channels, ...change }).filter(([, each]) => each !== null);
  return Object.fromEntries(changed) as Channels;
}
