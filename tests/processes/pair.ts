/** Two control planes on one database, with an owner who acts through either. */
import pg from 'pg';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';
import { type Client, createClient } from '../../apps/control-plane/src/testing/client.ts';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

export interface Pair {
  readonly a: ControlPlane;
  readonly b: ControlPlane;
  /** The owner's session, through A. */
  readonly owner: Client;
  readonly databaseUrl: string;
  /** The shared database, beside both. */
  query<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
}

/** @param env settings of both control planes */
export async function startPair(
  plan: 'free' | 'enterprise',
  env: Readonly<Record<string, string>> = {},
): Promise<Pair> {
  const config = await createTestDatabase();
  const databaseUrl = urlOf(config);
  const [a, b] = await Promise.all([
    startControlPlane({ databaseUrl, env }),
    startControlPlane({ databaseUrl, env }),
  ]);
  const query = connectTo(config);
  const owner = await claimServer(a);
  await query('update organization set plan = $1', [plan]);
  return { a, b, owner, databaseUrl, query };
}

/** The same credential, through another control plane. */
export function through({ baseUrl }: ControlPlane, { headers }: Client): Client {
  return createClient(baseUrl, headers.origin ? { ...headers, origin: baseUrl } : headers);
}

/** Runs statements on a connection of their own, made anew when it was cut. */
export function connectTo(config: pg.ClientConfig): Pair['query'] {
  const pool = new pg.Pool({ ...config, max: 1 });
  pool.on('error', () => undefined);
  atFileEnd(() => pool.end());
  return async (text, values) => (await pool.query(text, values)).rows;
}

/** A server on a socket has a folder in the place of a host name. */
export function urlOf(config: pg.ClientConfig): string {
  if (config.connectionString) return config.connectionString;
  const { host = '', port = 5432, user = '', database = '' } = config;
  return `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
