import type pg from 'pg';

/** Where the database is, as the queues take it. */
export function bossConnection({ connectionString, host, port, user, database }: pg.ClientConfig) {
  return connectionString
    ? { connectionString }
    : { host: host ?? '', port: port ?? 5432, user: user ?? '', database: database ?? '' };
}
