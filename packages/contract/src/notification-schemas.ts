import { z } from 'zod';
import { AUDIT_TARGET_TYPES } from './audit-event-schemas.ts';
import { etag } from './edit.ts';
import { auditEventId, notificationId } from './ids.ts';
import { NOTIFICATION_CHANNELS, NOTIFICATION_KIND_NAMES } from './notification-kinds.ts';
import { instant } from './text.ts';

/** Notifications that one request can mark as read by their ids. */
export const NOTIFICATIONS_MARKED_MAX = 100;

const kind = z.enum(NOTIFICATION_KIND_NAMES).meta({ examples: ['api_key_expiring'] });
const channel = z.enum(NOTIFICATION_CHANNELS).meta({
  description: 'Where the member is notified: `bell` (the dashboard), `mail`, `both` or `none`',
});

export const notification = z
  .strictObject({
    id: notificationId,
    kind,
    isSecurity: z.boolean(),
    at: instant.meta({ description: 'When it happened; of several, when the last one did' }),
    text: z.string().meta({ examples: ['Ada revoked your API key "ci-pipeline".'] }),
    count: z.int().meta({
      description: 'How many alike it stands for, where there were too many for one each; else 1',
    }),
    eventId: auditEventId.nullable().meta({
      description: 'The audit event that it follows from; null where no event records it',
    }),
    subject: z
      .strictObject({ type: z.enum(AUDIT_TARGET_TYPES), id: z.string(), name: z.string() })
      .meta({ description: 'What it is about, with its name at that time' }),
    path: z.string().meta({ description: 'Page of the dashboard about it, below the base URL' }),
    readAt: instant.nullable(),
  })
  .meta({ id: 'Notification' });
export type Notification = z.output<typeof notification>;

const kindFacts = {
  kind,
  title: z.string(),
  description: z.string(),
  isSecurity: z
    .boolean()
    .meta({ description: 'Whether it is mailed at once; other kinds wait for the daily digest' }),
  channel,
};

const chosenKind = z.strictObject({
  ...kindFacts,
  isDefault: z.boolean().meta({
    description: 'Whether the channel is the default of the organization, and follows it',
  }),
});

const hour = z.int().min(0).max(23).meta({
  description: 'Hour of the day, in UTC, at which the daily digest is sent',
});

export const notificationPreferences = z
  .strictObject({
    kinds: z
      .array(chosenKind)
      .meta({ description: 'The kinds that the role of the member allows' }),
    isMailStopped: z.boolean().meta({
      description: 'Whether the member receives no mails of any kind, such as after unsubscribing',
    }),
    isMailConfigured: z.boolean().meta({ description: 'Whether the server sends mail at all' }),
    digestHour: hour,
    etag,
  })
  .meta({ id: 'NotificationPreferences' });
export type NotificationPreferences = z.output<typeof notificationPreferences>;

export const notificationDefaults = z
  .strictObject({ kinds: z.array(z.strictObject(kindFacts)), digestHour: hour, etag })
  .meta({ id: 'NotificationDefaults' });
export type NotificationDefaults = z.output<typeof notificationDefaults>;

export const chosenChannels = z.partialRecord(kind, channel.nullable()).meta({
  description: 'Channel of each kind to change; null follows the default again',
  examples: [{ gateway_joined: 'none' }],
});

export const digestHour = hour;
