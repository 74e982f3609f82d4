import type { Factor } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** Better Auth's tables, as its 1.7 schema asks for passwords, second factors and device login. */
export const user = pgTable('user', {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: boolean().notNull().default(false),
  image: text(),
  twoFactorEnabled: boolean().default(false),
  createdAt: moment().notNull().defaultNow(),
  updatedAt: moment().notNull().defaultNow(),
});

export const session = pgTable(
  'session',
  {
    id: text().primaryKey(),
    expiresAt: moment().notNull(),
    token: text().notNull().unique(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
    ipAddress: text(),
    userAgent: text(),
    /** What the person gave at `authenticatedAt`; ours, as are the two below. */
    factors: text().array().$type<Factor[]>().notNull().default(sql`'{password}'`),
    /** When the length of the session began; no session that replaces another begins anew. */
    signedInAt: moment().notNull().defaultNow(),
    authenticatedAt: moment().notNull().defaultNow(),
    userId: text()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
  },
  (table) => [index().on(table.userId)],
);

export const account = pgTable(
  'account',
  {
    id: text().primaryKey(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: text()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: moment(),
    refreshTokenExpiresAt: moment(),
    scope: text(),
    password: text(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (table) => [index().on(table.userId)],
);

export const verification = pgTable(
  'verification',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment().notNull(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (table) => [index().on(table.identifier)],
);

export const twoFactor = pgTable(
  'two_factor',
  {
    id: text().primaryKey(),
    /** Encrypted by Better Auth with the server's secret. */
    secret: text().notNull(),
    backupCodes: text().notNull(),
    userId: text()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    verified: boolean().default(true),
    failedVerificationCount: integer().default(0),
    lockedUntil: moment(),
  },
  (table) => [index().on(table.userId)],
);

export const passkey = pgTable(
  'passkey',
  {
    id: text().primaryKey(),
    name: text(),
    publicKey: text().notNull(),
    userId: text()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    credentialID: text('credential_id').notNull(),
    counter: integer().notNull(),
    deviceType: text().notNull(),
    backedUp: boolean().notNull(),
    transports: text(),
    createdAt: moment(),
    aaguid: text(),
  },
  (table) => [index().on(table.userId), index().on(table.credentialID)],
);

/** A login that a command line began and a browser is to approve; minutes long. */
export const deviceCode = pgTable('device_code', {
  id: text().primaryKey(),
  deviceCode: text().notNull().unique(),
  userCode: text().notNull().unique(),
  userId: text(),
  expiresAt: moment().notNull(),
  status: text().notNull(),
  lastPolledAt: moment(),
  pollingInterval: integer(),
  clientId: text(),
  scope: text(),
  /** Of the session that approved it; the session that it gives is no better. */
  factors: text().array().$type<Factor[]>(),
  signedInAt: moment(),
  authenticatedAt: moment(),
});

/** Wrong passwords, codes and passkeys of a minute that is not in the audit log yet. */
export const signInFailure = pgTable(
  'sign_in_failure',
  {
    /** Empty for all addresses that have no account. */
    userId: text().notNull(),
    minute: moment().notNull(),
    count: integer().notNull(),
    lastIp: text(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.minute] })],
);

/**
 * How often something was tried in the current window, by what is limited. Keys are buckets of a
 * keyed hash, so that there are only so many rows, whatever strangers invent.
 */
export const attempt = pgTable(
  'attempt',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    endsAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [index().on(table.endsAt)],
);
