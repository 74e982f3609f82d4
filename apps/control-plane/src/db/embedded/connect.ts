import pg from 'pg';
import { DATABASE, PORT, USER } from './settings.ts';

/** Connection errors that mean "not yet": no socket, nobody listens, starting up or shutting down. */
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P03']);
const NO_SUCH_DATABASE = '3D000';

/**
 * 'ready' when the server accepts connections, undefined when it does not yet. Makes sure of the
 * database if `create` says so. Throws what waiting cannot cure.
 */
export async function connectOrWait(host: string, create = true): Promise<'ready' | undefined> {
  try {
    await query(host, DATABASE, 'select 1');
    return 'ready';
  } catch (error) {
    const code = codeOf(error);
    if (code === NO_SUCH_DATABASE) {
      if (create) await query(host, 'postgres', `create database ${DATABASE}`);
      return create ? 'ready' : undefined;
    }
    if (NOT_YET.has(code) || isCutShort(error)) return undefined;
    throw error;
  }
}

async function query(host: string, database: string, text: string): Promise<void> {
  const client = new pg.Client({
    host,
    port: PORT,
    user: USER,
    database,
    ssl: false,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** pg gives no code to a connection that the server closes at once, nor to one that takes too long. */
function isCutShort(error: unknown): boolean {
  return error instanceof Error && /^Connection terminated|^timeout expired/.test(error.message);
}
