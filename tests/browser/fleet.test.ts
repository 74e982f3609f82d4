import { cp } from 'node:fs/promises';
import type { Workspace } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { joinWith, makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { makeKey } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { Fleet } from '../../packages/gateway-core/src/index.ts';
import { makeStateDir } from '../../packages/gateway-core/src/testing/start.ts';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import {
  addGateway,
  chooseGatewayAction,
  copyJoinLine,
  EVERYWHERE,
  emptyFleet,
  gatewayRow,
  holdToast,
  joinKeyRow,
  openFleet,
  runGateway,
} from './gateways.ts';
import { listedNames, openKeys } from './key-list.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

afterEach(() => emptyFleet(dashboard));

it('follows a gateway from the one line to its removal', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await page.getByRole('heading', { name: 'No gateways yet' }).waitFor();
  await expectAccessible(page, 'An empty fleet');
  const line = await copyJoinLine(page, 'first', 'region=eu-1');
  await expectAccessible(page, 'A new join key');
  const gateway = await runGateway(line, { name: 'edge-1', staleMaxMs: 3_600_000 });
  await page.getByRole('status').getByText('Gateway edge-1 joined').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();

  const row = gatewayRow(page, 'edge-1');
  await row.getByText('region=eu-1').waitFor();
  await row.getByText('Connected').waitFor();
  await row.getByText(/^(\d+) \/ \1$/).waitFor();
  await joinKeyRow(page, 'first').getByRole('cell', { name: 'Used up', exact: true }).waitFor();
  await expectAccessible(page, 'Fleet');

  await rename(page);
  await label(page);
  await drain(page, gateway);
  await remove(page);
  await eventually(() => gateway.keys()).toBe('gateway_removed');
});

it('shows a gateway that joins while the page is open, and admits no other by its join key', async () => {
  const creator = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(creator);
  const line = await copyJoinLine(creator, 'second');
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await joinKeyRow(page, 'second').getByRole('cell', { name: '0 / 1', exact: true }).waitFor();

  await runGateway(line, { name: 'edge-2' });
  await gatewayRow(page, 'edge-2').waitFor();
  await joinKeyRow(page, 'second').getByRole('cell', { name: '1 / 1', exact: true }).waitFor();
  await expect(runGateway(line)).rejects.toThrow('join key');
});

it('deletes a join key, by which nobody joins from then on', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  const line = await copyJoinLine(page, 'unused');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Actions for join key unused' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  // The row is hidden by the dialog already: only the answer tells that the join key is deleted.
  const answer = page.waitForResponse((each) => each.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Delete join key' }).click();
  expect((await answer).status()).toBe(204);
  await joinKeyRow(page, 'unused').waitFor({ state: 'hidden' });
  await expect(runGateway(line)).rejects.toThrow('join key');
});

it('says of a join key why it is blocked', async () => {
  const creator = await makeKey(dashboard, dashboard.owner);
  await makeJoinKey(creator.client, { name: 'of a leaked key' });
  await dashboard.owner.post(`/v1/api-keys/${creator.id}/revoke`, {});
  await addGateway(dashboard, {});
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  const row = joinKeyRow(page, 'of a leaked key');
  await row.getByRole('cell', { name: 'Blocked', exact: true }).waitFor();
  await row.getByText('Blocked: the API key that made it was revoked.').waitFor();
  await expectAccessible(page, 'A blocked join key');
});

it('shows those in one state when many are in several', async () => {
  await addGateway(dashboard, { name: 'here' });
  const { secret } = await makeJoinKey(dashboard.owner, { usesMax: 8 });
  for (let count = 0; count < 8; count += 1) {
    await joinWith(dashboard, secret, { name: `missing-${count}` });
  }
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await gatewayRow(page, 'missing-7').waitFor();
  await page.getByRole('button', { name: '8 never seen' }).click();
  await gatewayRow(page, 'here').waitFor({ state: 'hidden' });
  await gatewayRow(page, 'missing-7').waitFor();
  await page.getByRole('button', { name: '8 never seen' }).click();
  await gatewayRow(page, 'here').waitFor();
});

it('leaves the fleet alone for those who may only look', async () => {
  await addGateway(dashboard, { name: 'looked-at', hostname: 'far-away' });
  const viewer = await join(dashboard, dashboard.owner, 'Vera', 'role_viewer');
  const page = await openWindow(dashboard, { as: viewer.client });
  await openFleet(page);
  await gatewayRow(page, 'looked-at').waitFor();
  expect(await page.getByRole('button', { name: /^(Actions for|New join key)/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'looked-at', exact: true }).click();
  await page.getByRole('dialog', { name: 'looked-at' }).getByText('far-away').waitFor();
  await expectAccessible(page, 'The details of a gateway');
});

it('says which scope is missing to those who may not see the fleet', async () => {
  const bookkeeper = await join(dashboard, dashboard.owner, 'Bill', 'role_billing');
  const page = await openWindow(dashboard, { as: bookkeeper.client });
  await openFleet(page);
  await page.getByText('Your role does not allow you to see the fleet').waitFor();
  expect(await page.getByRole('link', { name: 'Fleet' }).count()).toBe(0);
});

it('names a gateway whose identity is used from two places, and both of them', async () => {
  const stateDir = await makeStateDir();
  await addGateway(dashboard, { name: 'twice', hostname: 'here', stateDir });
  const copy = await makeStateDir();
  await cp(stateDir, copy, { recursive: true });
  await addGateway(dashboard, { hostname: 'there', stateDir: copy });

  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await page
    .getByText(/from 2 places at once: here \(127.0.0.1\) and there \(127.0.0.1\)/)
    .waitFor();
});

it('follows a change of a key to the gateways, and names the one that is away', async () => {
  const key = await createKey(dashboard.owner, 'followed');
  const stateDir = await makeStateDir();
  const gateway = await addGateway(dashboard, { name: 'edge-5', stateDir });
  await addGateway(dashboard, { name: 'edge-6' });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/api-keys/${key.id}`);
  const panel = page.getByRole('region', { name: 'Gateways' });

  await page.getByRole('button', { name: 'Disable' }).click();
  const disabled = await holdToast(page, 'Disabled followed');
  await disabled.getByText(EVERYWHERE).waitFor();
  await panel.getByText(EVERYWHERE).waitFor();
  await panel
    .getByRole('listitem')
    .filter({ hasText: 'edge-5' })
    .getByText(/^\d[\d.]* m?s$/)
    .waitFor();
  await expectAccessible(page, 'A key with gateways');

  await gateway.close();
  await deleteKey(page);
  const deleted = await holdToast(page, 'Deleted followed');
  await deleted.getByText(/^Applied on \d+ of \d+ gateways\. Behind: edge-5\.$/).waitFor();
  await addGateway(dashboard, { stateDir });
  await deleted.getByText(EVERYWHERE).waitFor();
});

it('follows the change of more than a hundred keys to the gateways, by one question for all', async () => {
  const names = Array.from({ length: 101 }, (_, at) => `bulk-${at}`);
  await Promise.all(names.map((name) => createKey(dashboard.owner, name)));
  const stateDir = await makeStateDir();
  const gateway = await addGateway(dashboard, { name: 'edge-8', stateDir });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('/propagation')) asked.push(pathname);
  });
  await openKeys(page, '?search=bulk-');
  await eventually(() => listedNames(page)).toHaveLength(50);
  await page.getByRole('checkbox', { name: 'Select all keys on this page' }).click();
  await page.getByRole('button', { name: 'Select all 101' }).click();
  await page.getByText('101 keys selected').waitFor();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const disabled = await holdToast(page, 'Disabled 101 keys');
  await disabled.getByText(EVERYWHERE).waitFor();
  expect(new Set(asked).size).toBe(1);

  await gateway.close();
  await page.getByRole('checkbox', { name: 'Select all keys on this page' }).click();
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await page.getByRole('button', { name: 'Revoke 50 keys' }).click();
  const revoked = await holdToast(page, 'Revoked 50 keys');
  await revoked.getByText('Applied on 0 of 1 gateway. Behind: edge-8.').waitFor();
  await addGateway(dashboard, { stateDir });
  await revoked.getByText(EVERYWHERE).waitFor();
});

it('shows the fleet of one workspace to those who look at it, and offers it for the join key', async () => {
  await dashboard.owner.post('/v1/workspaces', { name: 'staging', environment: 'test' });
  const { body } = await dashboard.owner.get<{ data: Workspace[] }>('/v1/workspaces');
  const workspaceId = body.data.find(({ name }) => name === 'default')?.id;
  await addGateway(dashboard, { name: 'edge-7' }, { workspaceId });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await gatewayRow(page, 'edge-7').getByRole('cell', { name: 'default' }).waitFor();

  await page.getByLabel('Switch workspace').selectOption('staging');
  await gatewayRow(page, 'edge-7').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'New join key' }).click();
  const chosen = page.getByRole('dialog').getByLabel('Workspace').locator('option:checked');
  expect(await chosen.textContent()).toBe('staging (test)');
});

async function rename(page: Page): Promise<void> {
  await chooseGatewayAction(page, 'edge-1', 'Rename…');
  await page.getByLabel('Name', { exact: true }).fill('edge-fra');
  await page.getByRole('button', { name: 'Rename' }).click();
  await gatewayRow(page, 'edge-fra').waitFor();
  expect(await gatewayRow(page, 'edge-1').count()).toBe(0);
}

async function label(page: Page): Promise<void> {
  await chooseGatewayAction(page, 'edge-fra', 'Edit labels…');
  const dialog = page.getByRole('dialog', { name: 'Labels of edge-fra' });
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('tier=edge nonsense');
  await dialog.getByRole('button', { name: 'Add label' }).click();
  await dialog.getByRole('alert').getByText('nonsense').waitFor();
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('');
  await dialog.getByRole('button', { name: 'Remove region=eu-1' }).click();
  await dialog.getByRole('button', { name: 'Save labels' }).click();
  await gatewayRow(page, 'edge-fra').getByText('tier=edge').waitFor();
  expect(await gatewayRow(page, 'edge-fra').getByText('region=eu-1').count()).toBe(0);
}

async function drain(page: Page, gateway: Fleet): Promise<void> {
  await chooseGatewayAction(page, 'edge-fra', 'Drain');
  const toast = await holdToast(page, 'Draining edge-fra');
  await eventually(() => gateway.status().draining).toBe(true);
  await gatewayRow(page, 'edge-fra').getByText('draining').waitFor();
  await toast.getByRole('button', { name: 'Undo' }).click();
  await gatewayRow(page, 'edge-fra').getByText('draining').waitFor({ state: 'hidden' });
  await eventually(() => gateway.status().draining).toBe(false);
  // While it fades, the toast still has the focus, and would take it back from a menu.
  await page.getByText('Draining edge-fra').waitFor({ state: 'hidden' });
}

async function remove(page: Page): Promise<void> {
  await chooseGatewayAction(page, 'edge-fra', 'Remove…');
  const confirm = page.getByRole('button', { name: 'Remove gateway' });
  await page.getByLabel('Type the name of the gateway').fill('edge-fr');
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel('Type the name of the gateway').fill('edge-fra');
  await confirm.click();
  await page.getByRole('heading', { name: 'No gateways yet' }).waitFor();
}

async function deleteKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Actions for followed' }).click();
  await page.getByRole('menuitem', { name: 'Delete permanently…' }).click();
  await page.getByLabel('Type the name of the key').fill('followed');
  await page.getByRole('button', { name: 'Delete permanently' }).click();
}
