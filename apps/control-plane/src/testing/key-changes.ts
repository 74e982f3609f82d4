/** Every way to change keys, so that what must hold for all of them is tested of all of them. */
import type { Answer, Client } from './client.ts';

export interface KeyChange {
  readonly verb: string;
  /** The scope that it needs. */
  readonly scope: 'api_keys.create' | 'api_keys.revoke';
  /** The status that a key must have for it. */
  readonly from: 'active' | 'disabled';
  readonly call: (client: Client, id: string) => Promise<Answer>;
}

export const KEY_CHANGES: readonly KeyChange[] = [
  {
    verb: 'update',
    scope: 'api_keys.create',
    from: 'active',
    call: (client, id) => client.patch(`/v1/api-keys/${id}`, { name: 'changed' }),
  },
  {
    verb: 'disable',
    scope: 'api_keys.revoke',
    from: 'active',
    call: (client, id) => client.post(`/v1/api-keys/${id}/disable`),
  },
  {
    verb: 'enable',
    scope: 'api_keys.revoke',
    from: 'disabled',
    call: (client, id) => client.post(`/v1/api-keys/${id}/enable`),
  },
  {
    verb: 'revoke',
    scope: 'api_keys.revoke',
    from: 'active',
    call: (client, id) => client.post(`/v1/api-keys/${id}/revoke`, { reason: 'a test' }),
  },
  {
    verb: 'rotate',
    scope: 'api_keys.create',
    from: 'active',
    call: (client, id) => client.post(`/v1/api-keys/${id}/rotate`, { graceSeconds: 60 }),
  },
  {
    verb: 'delete',
    scope: 'api_keys.revoke',
    from: 'active',
    call: (client, id) => client.delete(`/v1/api-keys/${id}`),
  },
];

export const CREATE_BODY = { name: 'made', profile: 'custom', scopes: ['api_keys.read'] } as const;
