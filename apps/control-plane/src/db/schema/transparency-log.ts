import { bigint, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

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
  /** Up to which leaf the stored events were compared with the tree; 0 before it begins again. */
  checkedSequence: bigint({ mode: 'number' }).notNull().default(0),
  checkedAt: timestamp({ withTimezone: true, precision: 3 }),
  /** Sequences of integrated events that are not as the tree has them, the first of them. */
  damaged: bigint({ mode: 'number' }).array().notNull().default([]),
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

/** What each outside witness made of the checkpoints of an organization; its cosignature is in `cosignature`. */
export const outsideWitness = pgTable(
  'outside_witness',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** Name and key ID of the witness. */
    witness: text().notNull(),
    /** Size of the checkpoint that it cosigned last; 0 for none. */
    size: bigint({ mode: 'number' }).notNull(),
    cosignedAt: timestamp({ withTimezone: true, precision: 3 }),
    /** Why it did not cosign what was submitted last; null while all is well. */
    problem: text(),
    /** What it found wrong with the log, until it cosigns again. */
    alarm: text({ enum: ['fork', 'rollback'] }),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.witness] })],
);
