import { createSecret, type KeyFacts, scopeSet } from '@tollkeeper/verify';
import type { AuthorizationRequest } from './authorize.ts';
import type { CallFacts } from './call-decision.ts';

export const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
export const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));
export const REQUEST: AuthorizationRequest = {
  secret: SECRET,
  ip: '10.1.2.3',
  required: scopeSet(['usage.read']),
  call: {
    method: 'GET',
    path: '/v1/invoices',
    host: 'API.example.com.:8443',
    routePath: '/v1',
    rawHeaders: ['X-Team', 'payments', 'x-team', 'eu', 'Accept', '*/*'],
  },
};
export const KEY: KeyFacts = {
  keyId: 'key_1',
  name: 'ci-pipeline',
  organizationId: 'org_1',
  workspaceId: 'ws_1',
  ownerId: 'mem_1',
  status: 'active',
  expiresAtMs: null,
  scopes: scopeSet(['apis.call', 'usage.read', 'audit.read']),
  allowedIps: ['10.0.0.0/8'],
  tags: [],
  profile: 'custom',
  createdAtMs: 1_700_000_000_000,
  retiresAtMs: null,
};

/** The request, with other facts. */
export function withCall(facts: Partial<CallFacts>): AuthorizationRequest {
  return { ...REQUEST, call: REQUEST.call && { ...REQUEST.call, ...facts } };
}
