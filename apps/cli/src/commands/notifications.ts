import {
  NOTIFICATION_CHANNELS,
  NOTIFICATION_KIND_NAMES,
  type Notification,
  type NotificationDefaults,
  type NotificationPreferences,
} from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { flag } from '../command/option.ts';
import {
  argument,
  choiceArgument,
  type Noun,
  optionalArgumentList,
  verb,
} from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll } from '../lookup.ts';
import { asTable, hint, printLine, printTable } from '../output.ts';
import { connect } from '../session/connect.ts';
import { counted, relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';

const KIND = choiceArgument('kind', 'Kind of notification', NOTIFICATION_KIND_NAMES);
const CHANNELS = [...NOTIFICATION_CHANNELS, 'default'] as const;

const COLUMNS: readonly Column<Notification>[] = [
  { title: 'WHEN', cell: ({ at }, now) => relativeTime(at, now), widthMin: 10 },
  { title: '', cell: ({ readAt }) => (readAt === null ? '●' : '') },
  { title: 'NOTIFICATION', cell: ({ text }) => text, widthMin: 30 },
  { title: 'KIND', cell: ({ kind }) => kind, optional: true },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List your notifications of the last 90 days, newest first',
  options: { unread: flag('Only those that you have not read') },
  run: async ({ ctx, options: { unread } }) => {
    const { client } = await connect(ctx);
    return listAll((query) =>
      client.listNotifications({ query: { ...query, unread: unread ? 'true' : 'false' } }),
    );
  },
  print: asTable(COLUMNS, { empty: 'You have no notifications.' }),
});

const read = verb({
  name: 'read',
  summary: 'Mark notifications as read: those that you name, or all',
  args: [optionalArgumentList('id', 'Ids of notifications; all without any')],
  run: async ({ ctx, args: [ids] }) => {
    const { client } = await connect(ctx);
    if (ids.length > 0) return client.markNotificationsRead({ body: { ids } });
    const { data, unreadCount } = await client.listNotifications({ query: { limit: 1 } });
    const upToId = data[0]?.id;
    if (upToId === undefined) return { unreadCount };
    return client.markNotificationsRead({ body: { upToId } });
  },
  print: (ctx, { unreadCount }) =>
    printLine(ctx, `${counted(unreadCount, 'unread notification')} left.`),
});

const preferences = verb({
  name: 'preferences',
  summary: 'Show what you are notified of, and where',
  run: async ({ ctx }) => (await connect(ctx)).client.getNotificationPreferences({}),
  print: printPreferences,
});

const choose = verb({
  name: 'choose',
  summary: 'Choose where you are notified of a kind; "default" follows the organization',
  examples: [
    'notifications choose api_key_expiring both',
    'notifications choose gateway_joined none',
  ],
  args: [KIND, choiceArgument('channel', 'Where', CHANNELS)],
  run: async ({ ctx, args: [kind, channel] }) => {
    const { client } = await connect(ctx);
    const channels = { [kind]: channel === 'default' ? null : channel };
    return client.updateNotificationPreferences({ body: { channels } });
  },
  print: printPreferences,
});

const mails = verb({
  name: 'mails',
  summary: 'Stop all mails to you about notifications, or receive them again',
  args: [choiceArgument('state', 'Whether you receive mails', ['on', 'off'])],
  run: async ({ ctx, args: [state] }) => {
    const { client } = await connect(ctx);
    return client.updateNotificationPreferences({ body: { isMailStopped: state === 'off' } });
  },
  print: (ctx, { isMailStopped }) =>
    printLine(ctx, isMailStopped ? 'You receive no more mails.' : 'You receive mails again.'),
});

const defaults = verb({
  name: 'defaults',
  summary: 'Show what members are notified of unless they choose otherwise',
  run: async ({ ctx }) => (await connect(ctx)).client.getNotificationDefaults({}),
  print: printDefaults,
});

const setDefault = verb({
  name: 'set-default',
  summary: 'Choose where members are notified of a kind unless they choose otherwise',
  examples: ['notifications set-default gateway_gone bell'],
  args: [KIND, choiceArgument('channel', 'Where', CHANNELS)],
  run: async ({ ctx, args: [kind, channel] }) => {
    const { client } = await connect(ctx);
    const channels = { [kind]: channel === 'default' ? null : channel };
    return client.updateNotificationDefaults({ body: { channels } });
  },
  print: printDefaults,
});

const setDigest = verb({
  name: 'set-digest',
  summary: 'Choose the hour of the day, in UTC, at which the digest is mailed',
  examples: ['notifications set-digest 7'],
  args: [argument('hour', 'From 0 to 23')],
  run: async ({ ctx, args: [hour] }) => {
    if (!/^(?:\d|1\d|2[0-3])$/.test(hour)) {
      throw new Failure(EXIT.usage, `"${hour}" is not an hour. Give a number from 0 to 23.`);
    }
    const { client } = await connect(ctx);
    return client.updateNotificationDefaults({ body: { digestHour: Number(hour) } });
  },
  print: printDefaults,
});

export const notifications: Noun = {
  notes:
    'Notifications are of people: sign in with "tollkeeper login". The defaults need notifications.read, and notifications.manage to change them.',
  verbs: [list, read, preferences, choose, mails, defaults, setDefault, setDigest],
};

function printPreferences(
  ctx: CliContext,
  { kinds, isMailStopped, isMailConfigured, digestHour }: NotificationPreferences,
): void {
  printTable(
    ctx,
    [
      { title: 'KIND', cell: ({ kind }) => kind, widthMin: 12 },
      { title: 'WHERE', cell: ({ channel }) => channel },
      { title: 'CHOSEN', cell: ({ isDefault }) => (isDefault ? 'by default' : 'by you') },
      { title: 'ABOUT', cell: ({ title }) => title, optional: true },
    ],
    kinds,
  );
  if (isMailStopped)
    hint(ctx, 'You receive no mails: "tollkeeper notifications mails on" resumes them.');
  else if (!isMailConfigured) hint(ctx, 'This server sends no mail.');
  else hint(ctx, `The digest is mailed at ${digestHour}:00 UTC.`);
}

function printDefaults(ctx: CliContext, { kinds, digestHour }: NotificationDefaults): void {
  printTable(
    ctx,
    [
      { title: 'KIND', cell: ({ kind }) => kind, widthMin: 12 },
      { title: 'WHERE', cell: ({ channel }) => channel },
      { title: 'ABOUT', cell: ({ title }) => title, optional: true },
    ],
    kinds,
  );
  hint(ctx, `The digest is mailed at ${digestHour}:00 UTC.`);
}
