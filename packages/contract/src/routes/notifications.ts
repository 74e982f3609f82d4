import { z } from 'zod';
import { edit } from '../edit.ts';
import { notificationId } from '../ids.ts';
import { listQuery } from '../list.ts';
import {
  chosenChannels,
  digestHour,
  NOTIFICATIONS_MARKED_MAX,
  notification,
  notificationDefaults,
  notificationPreferences,
} from '../notification-schemas.ts';
import { defineRoute } from '../route.ts';

const tag = 'Notifications';

export const listNotifications = defineRoute({
  method: 'GET',
  path: '/v1/notifications',
  access: 'credential',
  summary: 'List your notifications of the last 90 days, newest first; for a session alone',
  tag,
  query: z.strictObject({
    ...listQuery,
    unread: z.enum(['true', 'false']).default('false').meta({
      description: '`true` lists unread notifications alone',
    }),
  }),
  status: 200,
  response: z.strictObject({
    data: z.array(notification),
    nextCursor: z.string().nullable(),
    unreadCount: z.int().meta({ description: 'Unread notifications in all' }),
  }),
  errors: ['outside_workspace', 'insufficient_scope'],
});

export const markNotificationsRead = defineRoute({
  method: 'POST',
  path: '/v1/notifications/read',
  access: 'credential',
  summary: 'Mark notifications as read: some, or all up to one; for a session alone',
  tag,
  body: z
    .strictObject({
      ids: z.array(notificationId).min(1).max(NOTIFICATIONS_MARKED_MAX).optional(),
      upToId: notificationId.optional().meta({
        description: 'In place of `ids`: this one, and all that came before it',
      }),
    })
    .meta({ minProperties: 1, maxProperties: 1 }),
  status: 200,
  response: z.strictObject({ unreadCount: z.int() }),
  errors: ['not_found', 'outside_workspace', 'insufficient_scope'],
});

export const getNotificationPreferences = defineRoute({
  method: 'GET',
  path: '/v1/notifications/preferences',
  access: 'credential',
  summary: 'Read what you are notified of, and where; for a session alone',
  tag,
  status: 200,
  response: notificationPreferences,
  errors: ['outside_workspace', 'insufficient_scope'],
});

export const updateNotificationPreferences = defineRoute({
  method: 'PATCH',
  path: '/v1/notifications/preferences',
  access: 'credential',
  summary: 'Change what you are notified of, and where; for a session alone',
  tag,
  body: edit({ channels: chosenChannels.optional(), isMailStopped: z.boolean().optional() }),
  status: 200,
  response: notificationPreferences,
  errors: ['edit_conflict', 'outside_workspace', 'insufficient_scope'],
});

export const getNotificationDefaults = defineRoute({
  method: 'GET',
  path: '/v1/notifications/defaults',
  access: 'notifications.read',
  summary: 'Read what members are notified of unless they choose otherwise',
  tag,
  status: 200,
  response: notificationDefaults,
  errors: ['outside_workspace'],
});

export const updateNotificationDefaults = defineRoute({
  method: 'PATCH',
  path: '/v1/notifications/defaults',
  access: 'notifications.manage',
  summary:
    'Change what members are notified of unless they choose otherwise, and the hour of the digest',
  tag,
  body: edit({ channels: chosenChannels.optional(), digestHour: digestHour.optional() }),
  status: 200,
  response: notificationDefaults,
  errors: ['edit_conflict', 'outside_workspace'],
});
