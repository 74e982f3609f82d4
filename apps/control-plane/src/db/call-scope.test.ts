import { readFileSync } from 'node:fs';
import type { ApiKey, Role } from '@tollkeeper/contract';
import { authorize, createCounters, systemClock } from '@tollkeeper/gateway-core';
import { NO_SCOPES } from '@tollkeeper/verify';
import { expect, it, vi } from 'vitest';
import { WAIT } from '../testing/fleet-world.ts';
import { makeKey } from '../testing/keys.ts';
import { startRealGateway } from '../testing/real-gateway.ts';
import { defaultWorkspace, startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0029_call_scope.sql', import.meta.url);

it('lets every key but read-only ones go on calling APIs, at gateways that had them before too', async () => {
  const { app, owner, query } = await startOrganization();
  const custom = await makeKey(app, owner, { scopes: ['api_keys.read', 'usage.read'] });
  const none = await makeKey(app, owner, { name: 'without scopes' });
  await query(`update api_key set scopes = '{}' where id = $1`, [none.id]);
  const preset = await makeKey(app, owner, { profile: 'organization' });
  const before = `update api_key set scopes = array_remove(scopes, 'apis.call')`;
  await query(before);
  const readOnly = await makeKey(app, owner, { profile: 'read-only' });
  const role = { name: 'Readers', description: '', scopes: ['members.read', 'usage.read'] };
  const { body: made } = await owner.post<Role>('/v1/roles', role);
  const { fleet, stateDir } = await startRealGateway(app, owner, await defaultWorkspace(owner));
  const codes = (gateway: typeof fleet) =>
    [custom, none, preset, readOnly].map(({ secret }) => {
      const request = { secret, ip: '127.0.0.1', required: NO_SCOPES, call: undefined };
      return authorize(gateway, request, Date.now(), createCounters(systemClock)).code;
    });
  const denied = 'insufficient_scope';
  await vi.waitUntil(() => codes(fleet).every((code) => code === denied), WAIT);
  await fleet.close();

  for (const text of readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint')) {
    await query(text);
  }

  const scopesOf = async ({ id }: { readonly id: string }) =>
    (await owner.get<ApiKey>(`/v1/api-keys/${id}`)).body.scopes;
  expect(await scopesOf(custom)).toEqual(['api_keys.read', 'apis.call', 'usage.read']);
  expect(await scopesOf(none)).toEqual(['apis.call']);
  expect(await scopesOf(preset)).toEqual(preset.scopes);
  expect(await scopesOf(readOnly)).toEqual(readOnly.scopes);
  const { body: roles } = await owner.get<{ data: Role[] }>('/v1/roles?limit=100');
  expect(roles.data.find(({ id }) => id === made.id)?.scopes).toEqual([
    'apis.call',
    'members.read',
    'usage.read',
  ]);
  // It starts from the keys on its disk, which are those from before.
  const workspaceId = await defaultWorkspace(owner);
  const { fleet: again } = await startRealGateway(app, owner, workspaceId, { stateDir });
  await vi.waitUntil(() => codes(again).includes('valid'), WAIT);
  expect(codes(again)).toEqual(['valid', 'valid', 'valid', denied]);
});
