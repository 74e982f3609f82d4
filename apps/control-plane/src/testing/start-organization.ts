import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Client } from './client.ts';
import { type Query, queryDatabase } from './query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from './test-app.ts';

export interface TestOrganization {
  readonly app: TestApp;
  readonly query: Query;
  /** The owner's session. */
  readonly owner: Client;
}

/** A claimed server, with room for any number of keys. */
export async function startOrganization(
  options: Parameters<typeof startTestApp>[0] = {},
): Promise<TestOrganization> {
  const app = await startTestApp(options);
  const owner = await claimServer(app);
  const query = queryDatabase(app.database);
  await query(`update organization set plan = 'enterprise'`);
  return { app, query, owner };
}

/** The workspace that every organization begins with. */
export async function defaultWorkspace(member: Client): Promise<string> {
  const { body } = await member.get<{ data: { id: string }[] }>('/v1/workspaces');
  return body.data[0]?.id ?? '';
}

export interface TestKey {
  readonly id: string;
  readonly secret: string;
  readonly client: Client;
}

/** A key that the client makes, and a client that acts by it. */
export async function makeKey(
  app: Pick<TestApp, 'baseUrl'>,
  creator: Client,
  body: Readonly<Record<string, unknown>> = { profile: 'organization' },
): Promise<TestKey> {
  const made = await creator.post<ApiKeyWithSecret>('/v1/api-keys', { name: 'a key', ...body });
  if (made.status !== 201) throw new Error(`No key: ${made.problem.detail}`);
  const { id, secret = '' } = made.body;
  return { id, secret, client: withKey(app, secret) };
}
