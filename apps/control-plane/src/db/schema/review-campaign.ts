import {
  KEY_REVIEW_OUTCOMES,
  REVIEW_CAMPAIGN_STATUSES,
  type ReviewCampaign,
} from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** A time in which owners confirm or revoke their keys. */
export const reviewCampaign = pgTable(
  'review_campaign',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    name: text().notNull(),
    status: text({ enum: REVIEW_CAMPAIGN_STATUSES }).notNull(),
    /** Only keys confined to it; not bound to it, which may be deleted. */
    workspaceId: text(),
    disablesUnconfirmed: boolean().notNull(),
    /** The member who reviews the keys whose owner cannot. */
    reviewerId: text().notNull(),
    endsAt: moment().notNull(),
    endedAt: moment(),
    /** When people were last reminded. */
    remindedAt: moment(),
    /** Keys that it began with. */
    keysCount: integer().notNull(),
    /** The member who started it; by an API key, its owner. */
    memberId: text().notNull(),
    /** The API key that started it, if one did; it may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
    /** How many keys have each outcome, once it is over. */
    counts: jsonb().$type<ReviewCampaign['counts']>(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index().on(table.organizationId, table.createdAt, table.id),
    // For the job: few are under way.
    index('review_campaign_under_way_index')
      .on(table.organizationId, table.endsAt)
      .where(sql`status in ('running', 'ending')`),
  ],
);

/** A key in a campaign. It outlives the key: that one was deleted is an outcome. */
export const keyReview = pgTable(
  'key_review',
  {
    organizationId: text().notNull(),
    campaignId: text().notNull(),
    keyId: text().notNull(),
    /** When the campaign began. */
    keyName: text().notNull(),
    /** Stays pending while the key is revoked or deleted; that is read from the key until the campaign is over. */
    outcome: text({ enum: KEY_REVIEW_OUTCOMES }).notNull(),
    decidedAt: moment(),
    /** The member who confirmed it. */
    decidedBy: text(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.campaignId, table.keyId] }),
    foreignKey({
      name: 'key_review_campaign_fk',
      columns: [table.organizationId, table.campaignId],
      foreignColumns: [reviewCampaign.organizationId, reviewCampaign.id],
    }).onDelete('cascade'),
    index('key_review_pending_index')
      .on(table.organizationId, table.keyId)
      .where(sql`outcome = 'pending'`),
  ],
);
