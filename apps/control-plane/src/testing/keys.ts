/** Keys for tests, made through the API like anyone's. */
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Client } from './client.ts';
import { type TestApp, withKey } from './test-app.ts';

export interface TestKey extends ApiKeyWithSecret {
  readonly secret: string;
  /** Acts by the key. */
  readonly client: Client;
}

/** @param fields beyond a custom key that may only read keys; a profile drops the scopes */
export async function makeKey(
  app: TestApp,
  creator: Client,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<TestKey> {
  const scopes = fields.profile === undefined ? { scopes: ['api_keys.read'] } : {};
  const body = { name: 'a key', profile: 'custom', ...scopes, ...fields };
  const created = await creator.post<ApiKeyWithSecret & { limit: unknown }>('/v1/api-keys', body);
  const { secret, limit: _, ...key } = created.body;
  if (created.status !== 201 || !secret) throw new Error(JSON.stringify(created.body));
  return { ...key, secret, client: withKey(app, secret) };
}

/** The least that calls an API through a gateway, and nothing else. */
export function makeCallKey(
  app: TestApp,
  creator: Client,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<TestKey> {
  return makeKey(app, creator, { scopes: ['apis.call'], ...fields });
}
