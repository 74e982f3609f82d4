import { COMPLIANCE_REPORT_KINDS } from '@tollkeeper/contract';
import {
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** A report as it was made; nothing of it changes. */
export const complianceReport = pgTable(
  'compliance_report',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    kind: text({ enum: COMPLIANCE_REPORT_KINDS }).notNull(),
    asOf: moment().notNull(),
    from: moment(),
    to: moment(),
    unusedDays: integer(),
    /** Of each row, in order: those of the version that made it. */
    columns: text().array().notNull(),
    rowsCount: integer().notNull(),
    jsonlDigest: text().notNull(),
    csvDigest: text().notNull(),
    /** The member who made it; by an API key, its owner. */
    memberId: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index().on(table.organizationId, table.createdAt, table.id),
  ],
);

/** The bytes of a report in each format, compressed, in parts of so many rows. The first part has the heads and no rows. */
export const complianceReportPart = pgTable(
  'compliance_report_part',
  {
    organizationId: text().notNull(),
    reportId: text().notNull(),
    number: integer().notNull(),
    /** How many rows are before it. */
    firstRow: integer().notNull(),
    rowsCount: integer().notNull(),
    jsonl: bytea().notNull(),
    csv: bytea().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.reportId, table.number] }),
    foreignKey({
      name: 'compliance_report_part_report_fk',
      columns: [table.organizationId, table.reportId],
      foreignColumns: [complianceReport.organizationId, complianceReport.id],
    }).onDelete('cascade'),
  ],
);
