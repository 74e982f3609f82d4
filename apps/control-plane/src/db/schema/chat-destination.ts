import {
  CHAT_DISABLE_REASONS,
  CHAT_SERVICES,
  CHAT_STATUSES,
  type NotificationKind,
} from '@tollkeeper/contract';
import { bigint, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** A summary that may still grow after it was sent. */
export interface SentSummary {
  /** Of its notification. */
  readonly number: number;
  /** What it counted when it was sent last. */
  readonly count: number;
  /** When it is looked at again. */
  readonly dueAt: string;
}

/** A channel of Slack or Microsoft Teams that receives notifications of the organization, in their order. */
export const chatDestination = pgTable(
  'chat_destination',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    name: text().notNull(),
    service: text({ enum: CHAT_SERVICES }).notNull(),
    /** Encrypted: anyone who has it can write into the channel. */
    url: bytea().notNull(),
    host: text().notNull(),
    kinds: jsonb().$type<readonly NotificationKind[]>().notNull(),
    status: text({ enum: CHAT_STATUSES }).notNull(),
    disabledReason: text({ enum: CHAT_DISABLE_REASONS }),
    /** The last notification that is done with. */
    number: bigint({ mode: 'number' }).notNull(),
    /** Summaries among those that were sent, while more may be added to them. */
    summaries: jsonb().$type<readonly SentSummary[]>().notNull(),
    /** When the first of them is due. */
    summariesDueAt: moment(),
    /** Until when a process sends a message; null while none does. */
    claimedUntil: moment(),
    nextAttemptAt: moment().notNull(),
    /** Attempts since the last success. */
    triesCount: integer().notNull().default(0),
    /** When it first failed since its last success. */
    failingSince: moment(),
    /** When an audit event said that it fails. */
    warnedAt: moment(),
    lastProblem: text(),
    lastDeliveredAt: moment(),
    /** The member who created it; by an API key, its owner. */
    memberId: text().notNull(),
    /** The API key that created it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] })],
);
