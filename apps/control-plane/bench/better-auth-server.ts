/**
 * What creating keys is measured against: Better Auth with its plugin for API keys, set up as its
 * documentation does, behind its own handler on node:http. It keeps its tables in the database that
 * DATABASE_URL names.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const port = Number(process.env.PORT);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: 'a secret that signs the sessions of the benchmark',
  database: pool,
  emailAndPassword: { enabled: true },
  // Neither side limits how often the load generator may ask.
  rateLimit: { enabled: false },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
  telemetry: { enabled: false },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const handleAuth = toNodeHandler(auth);

createServer((request, response) => {
  if (request.url === '/ready') answer(response, { status: 'up' });
  else if (request.url === '/server-api/create') void createForUser(request, response);
  else void handleAuth(request, response);
}).listen(port, '127.0.0.1');

/** Its server API, for a user that the caller names: no session is looked up. */
async function createForUser(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await readBody(request));
  answer(response, await auth.api.createApiKey({ body }));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const text of request.setEncoding('utf8')) body += text;
  return body;
}

function answer(response: ServerResponse, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
