import {
  type AuditTargetType,
  NOTIFICATION_KIND_NAMES,
  type NotificationChannel,
  type NotificationKind,
} from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { member, organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });
const ofOrganization = () =>
  text()
    .notNull()
    .references(() => organization.id, { onDelete: 'cascade' });

/** What a notification is about, with its name at that time. */
export interface NotificationSubject {
  readonly type: AuditTargetType;
  readonly id: string;
  readonly name: string;
}

/**
 * What happened, once for the organization; `notification_recipient` holds who is notified. Everything that
 * delivers notifications reads these rows, in the order of `number`.
 */
export const notification = pgTable(
  'notification',
  {
    organizationId: ofOrganization(),
    /** Rises by one in the order of commits, so that a reader needs no more than the last number it has seen. */
    number: bigint({ mode: 'number' }).notNull(),
    id: text().notNull(),
    kind: text({ enum: NOTIFICATION_KIND_NAMES }).notNull(),
    /** What happened within the kind: an action of the audit log, or what a job found. */
    reason: text().notNull(),
    /** The member who owns the key that it is about; null where that does not matter. */
    ownerId: text(),
    /** Null where no audit event records it. */
    eventId: text(),
    subject: jsonb().$type<NotificationSubject>().notNull(),
    /** The other parts of its text, such as who did it. */
    facts: jsonb().$type<Readonly<Record<string, string | number | null>>>().notNull(),
    /** Of how many things alike it is the summary; 1 of a single one. */
    count: integer().notNull(),
    /** Until when further ones alike are added to it; null for a single one. */
    summaryUntil: moment(),
    /** When it happened; of a summary, when the last one did. */
    at: moment().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.number] }),
    uniqueIndex().on(table.organizationId, table.id),
    // For the summary of several alike.
    index().on(table.organizationId, table.kind, table.createdAt),
    index().on(table.createdAt),
  ],
);

/** A member who is notified, with what they have seen of it. */
export const notificationRecipient = pgTable(
  'notification_recipient',
  {
    organizationId: text().notNull(),
    memberId: text()
      .notNull()
      .references(() => member.id, { onDelete: 'cascade' }),
    number: bigint({ mode: 'number' }).notNull(),
    /** Whether it concerns them as the owner of the key, and not by what their role holds. */
    isOwner: boolean().notNull(),
    isInBell: boolean().notNull(),
    /** Whether it is mailed to them, unless they choose otherwise before. */
    isMailed: boolean().notNull(),
    readAt: moment(),
    /** When it is to be mailed; null where it is not, or was handed to the outbox. */
    mailDueAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.memberId, table.number] }),
    foreignKey({
      name: 'notification_recipient_notification_fk',
      columns: [table.organizationId, table.number],
      foreignColumns: [notification.organizationId, notification.number],
    }).onDelete('cascade'),
    index('notification_recipient_number_index').on(table.organizationId, table.number),
    index('notification_recipient_unread_index')
      .on(table.organizationId, table.memberId)
      .where(sql`is_in_bell and read_at is null`),
    index('notification_recipient_due_index')
      .on(table.mailDueAt)
      .where(sql`mail_due_at is not null`),
  ],
);

/** Up to which audit event notifications are stored, and the last number that was given. */
export const notificationCursor = pgTable('notification_cursor', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  sequence: bigint({ mode: 'number' }).notNull(),
  lastNumber: bigint({ mode: 'number' }).notNull(),
  createdAt: moment().notNull().defaultNow(),
});

/** What a job has found and no event records, by what names it: it is reported once. */
export const notificationFinding = pgTable(
  'notification_finding',
  {
    organizationId: ofOrganization(),
    finding: text().notNull(),
    at: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.finding] }), index().on(table.at)],
);

type Channels = Partial<Record<NotificationKind, NotificationChannel>>;

/** What the organization chose for its members; no row where it chose nothing. */
export const notificationDefault = pgTable('notification_default', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  channels: jsonb().$type<Channels>().notNull(),
  digestHour: integer().notNull(),
});

/** What a member chose; no row where they chose nothing. */
export const notificationPreference = pgTable(
  'notification_preference',
  {
    organizationId: ofOrganization(),
    memberId: text()
      .notNull()
      .references(() => member.id, { onDelete: 'cascade' }),
    channels: jsonb().$type<Channels>().notNull(),
    /** Whether they receive no mails of any kind. */
    isMailStopped: boolean().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.memberId] })],
);
