import { bigint, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';

/** What is integrated of each organization's audit log; its row is the lock of who integrates. */
export const transparencyLog = pgTable('transparency_log', {
  organizationId: text().primaryKey(),
  /** How many leaves the tree has: the sequence of the last event in it. */
  size: bigint({ mode: 'number' }).notNull(),
  /** The hash of that event in the audit chain, kept here too: the next event must continue it. */
  chainHash: bytea().notNull(),
  /** The signed note for exactly this size; null before the first. */
  checkpoint: text(),
  checkpointAt: timestamp({ withTimezone: true, precision: 3 }),
  /** Why no more is integrated; null while all is well. */
  problem: text(),
});

/** Tiles of the tree (C2SP tlog-tiles). Hashes are only ever appended to a row, 256 at most. */
export const transparencyLogTile = pgTable(
  'transparency_log_tile',
  {
    organizationId: text().notNull(),
    level: integer().notNull(),
    index: bigint({ mode: 'number' }).notNull(),
    hashes: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.level, table.index] })],
);
