/** What the tests with processes do with keys. */
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Answer, Client } from '../../apps/control-plane/src/testing/client.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Key {
  readonly id: string;
  readonly secret: string;
}

export async function createKey(client: Client, name = 'ci-pipeline'): Promise<Key> {
  const { status, body } = await client.post<ApiKeyWithSecret>('/v1/api-keys', {
    name,
    profile: 'organization',
  });
  if (status !== 201) throw new Error(`Creating a key answered ${JSON.stringify(body)}`);
  return { id: body.id, secret: body.secret ?? '' };
}

/** Calls a verb of the key that has to succeed. */
export async function change(
  client: Client,
  key: Key,
  verb: 'enable' | 'disable' | 'revoke' | 'rotate',
  body?: object,
): Promise<Answer<ApiKeyWithSecret>> {
  const answer = await client.post<ApiKeyWithSecret>(`/v1/api-keys/${key.id}/${verb}`, body);
  if (answer.status !== 200) throw new Error(`${verb} answered ${JSON.stringify(answer.body)}`);
  return answer;
}

/** What the control plane says of the key: its decision code by verify, and by its own use. */
export async function standing(
  controlPlane: ControlPlane,
  verifier: Key,
  secret: string,
): Promise<string[]> {
  const [verified, used] = await Promise.all([
    withKey(controlPlane, verifier.secret).post<{ code: string }>('/v1/api-keys/verify', {
      key: secret,
    }),
    withKey(controlPlane, secret).get<{ code?: string }>('/v1/whoami'),
  ]);
  return [verified.body.code, used.status === 200 ? 'valid' : String(used.body.code)];
}
