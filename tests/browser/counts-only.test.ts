/** What a role may not see by name, it sees as a number, with the reason beside it. */
import type { Role, Scope } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { addGateway } from './gateways.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('names no gateway to those who may not see the fleet', async () => {
  const key = await createKey(dashboard.owner, 'spread');
  await addGateway(dashboard, { name: 'hidden-gateway' });
  const page = await openAs('Kay', ['api_keys.read', 'api_keys.manage_all']);
  await page.goto(`/api-keys/${key.id}`);
  const panel = page.getByRole('region', { name: 'Gateways' });
  await panel.getByText(/^Applied on \d of 1 gateway/).waitFor();
  await panel.getByText(/need the scope fleet\.read/).waitFor();
  await expectAccessible(page, 'A key whose gateways have no names here');
  expect(await page.getByText('hidden-gateway').count()).toBe(0);
});

it('names neither keys nor members to those who may only set the rules', async () => {
  await createKey(dashboard.owner, 'hidden-key');
  const page = await openAs('Sam', ['security.read', 'security.manage']);
  await page.goto('/security');
  await page.getByLabel('Longest lifetime of a key, in days').fill('1');
  await page.getByLabel('Require a second factor').check();
  await page.getByText(/^\d+ keys? and \d+ members?\.$/).waitFor();
  await page.getByText(/^Keys: .* need the scope api_keys\.read\.$/).waitFor();
  await page.getByText(/^Members: .* need the scope members\.read\.$/).waitFor();
  await expectAccessible(page, 'A preview of counts alone');
  expect(await page.getByText('hidden-key').count()).toBe(0);
});

async function openAs(name: string, scopes: readonly Scope[]): Promise<Page> {
  const { body } = await dashboard.owner.post<Role>('/v1/roles', { name, description: '', scopes });
  const { client } = await join(dashboard, dashboard.owner, name, body.id);
  return openWindow(dashboard, { as: client });
}
