import pg from 'pg';
import { atFileEnd } from './at-file-end.ts';

export type Query = <T extends object>(text: string, values?: unknown[]) => Promise<T[]>;

/** Statements beside the server, on a connection that ends with the test file. */
export function queryDatabase(config: pg.ClientConfig): Query {
  const pool = new pg.Pool({ ...config, max: 2 });
  pool.on('error', () => undefined);
  atFileEnd(() => pool.end());
  return async (text, values) => (await pool.query(text, values)).rows;
}

export interface StoredEvent {
  readonly action: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly target: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The audit log of all organizations, oldest first. */
export function auditEvents(query: Query): Promise<StoredEvent[]> {
  return query(
    'select action, actor, target, before, after from audit_event order by at, organization_id, sequence',
  );
}
