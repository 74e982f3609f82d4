import type { Notification } from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinFleet } from '../../testing/fleet.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addOrganization, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { addKeyNetworks, NETWORKS_MAX } from '../../usage/add-key-networks.ts';
import { storeUsage } from '../../usage/store-usage.ts';
import { deliverNotifications } from './deliver-notifications.ts';
import { deriveNotifications } from './derive-notifications.ts';
import { findNetworkFindings } from './find-network-findings.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let key: TestKey;
let own: { readonly organizationId: string; readonly workspaceId: string };
let sequence = 0;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  own = await claimedOrganization(app);
  await joinFleet(app, owner, own.workspaceId);
});

beforeEach(async () => {
  key = await makeKey(app, owner, { name: 'ci', profile: 'custom', scopes: ['apis.call'] });
  await deriveNotifications(app.services);
  await query('delete from notification');
});

/** Calls of the key, as servers that verify it report them. */
async function useFrom(...ips: string[]): Promise<void> {
  for (const ip of ips) await owner.post('/v1/api-keys/verify', { key: key.secret, ip });
  await app.services.usage.flush();
}

/** As a gateway of the workspace reports it. */
function report(of: typeof own, ...networks: string[]): Promise<void> {
  sequence += 1;
  const used = networks.map((network) => ({ keyId: key.id, network }));
  const keyNetworks = addKeyNetworks(of, used, Date.now());
  return storeUsage(app.services.db, 'gw_test', sequence, [], { keyNetworks });
}

async function texts(): Promise<string[]> {
  await Promise.all([findNetworkFindings(app.services), deliverNotifications(app.services)]);
  await findNetworkFindings(app.services);
  const { body } = await owner.get<{ data: Notification[] }>('/v1/notifications');
  return body.data.map(({ text }) => text.split(', ', 1)[0] ?? '');
}

it('notifies of a network that a key was not used from before, once, and not of its first', async () => {
  await useFrom('203.0.113.9', '203.0.113.77');
  expect(await texts()).toEqual([]);
  await useFrom('203.0.113.9', '2001:db8:1::1', '2001:db8:1:ffff::2');
  const reported = ['Your API key "ci" was used from 2001:db8:1::/48'];
  expect(await texts()).toEqual(reported);
  await useFrom('203.0.113.9', '2001:db8:1::1');
  expect(await texts()).toEqual(reported);
});

it('does not notify of calls that were refused', async () => {
  await useFrom('203.0.113.9');
  await query(`update api_key set allowed_ips = '{203.0.113.0/24}' where id = $1`, [key.id]);
  await app.services.keys.reload();
  await useFrom('198.51.100.1');
  expect(await texts()).toEqual([]);
});

it('takes from a gateway what its workspace did, and nothing else', async () => {
  await useFrom('203.0.113.9');
  const stranger = await addOrganization(app, 'Stranger');
  await report(stranger, '198.51.100.0/24');
  expect(await texts()).toEqual([]);
  await report(own, '198.51.100.0/24');
  expect(await texts()).toEqual(['Your API key "ci" was used from 198.51.100.0/24']);
});

it('stores so many networks of a key and no more', async () => {
  for (let n = 0; n < NETWORKS_MAX + 5; n += 1) await report(own, `10.0.${n}.0/24`);
  const stored = await query('select 1 from key_network where key_id = $1', [key.id]);
  expect(stored).toHaveLength(NETWORKS_MAX);
  // A storm is one summary.
  expect(await texts()).toHaveLength(1);
});
