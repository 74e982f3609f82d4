import { randomBytes } from 'node:crypto';
import { startServer } from '../server-process.ts';
import { cookieOf, createAsk } from './ask.ts';
import type { Database } from './database-server.ts';
import type { Side } from './measure-rounds.ts';

/** Better Auth's plugin for API keys: through its handler, by the session of a user. */
export async function startBetterAuth(database: Database) {
  const server = await startServer('apps/control-plane/bench/better-auth-server.ts', '/ready', {
    DATABASE_URL: database.url,
  });
  const person = {
    name: 'Ada',
    email: 'ada@example.com',
    password: randomBytes(16).toString('hex'),
  };
  const signedUp = await createAsk(server.port, {})('/api/auth/sign-up/email', person);
  const ask = createAsk(server.port, { cookie: cookieOf(signedUp) });
  let count = 0;
  const side: Side = {
    pid: server.pid,
    database,
    change: () => ask('/api/auth/api-key/create', { name: `ci-pipeline-${count++}` }),
  };
  return { server, side };
}
