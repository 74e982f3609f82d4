import { type NotificationKind, notificationKind } from './notification-kinds.ts';

interface Words {
  readonly title: string;
  readonly description: string;
}

/** What a channel receives, where nobody in it is the owner of the key: about the keys of everybody. */
const OF_ALL: Partial<Record<NotificationKind, Words>> = {
  api_key_changed: {
    title: 'A key was changed',
    description: 'Somebody else than its owner disabled, revoked, rotated or deleted an API key',
  },
  api_key_new_network: {
    title: 'A key was used from a new network',
    description:
      'An API key was used from a network (/24 of IPv4, /48 of IPv6) that it was not used from before',
  },
  api_key_leaked: { title: 'A key leaked', description: 'An API key was found in a public place' },
  canary_key_used: {
    title: 'A canary key was used',
    description: 'Somebody used an API key that nobody should use',
  },
  api_key_expiring: {
    title: 'A key expires soon',
    description: 'An API key expires in 14, 3 or 1 days',
  },
  api_key_unused: {
    title: 'A key is not in use',
    description:
      'An API key has not been used for 30 days, or is about to be disabled for that reason',
  },
  key_review_due: {
    title: 'Keys wait for review',
    description: 'A review campaign has begun, or ends soon, and waits for decisions about keys',
  },
};

/** A kind of notification in the words of a channel. */
export function channelKind(kind: NotificationKind): Words {
  return OF_ALL[kind] ?? notificationKind(kind);
}
