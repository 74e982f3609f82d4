import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { addColleague } from './colleague.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import {
  addGateway,
  applyAll,
  chooseGatewayAction,
  copyJoinLine,
  gatewayRow,
  joinBy,
  joinKeyRow,
  openFleet,
} from './gateways.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('follows a gateway from the one line to its removal', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await page.getByRole('heading', { name: 'No gateways yet' }).waitFor();
  await expectAccessible(page, 'An empty fleet');
  const line = await copyJoinLine(page, 'first', 'region=eu-1');
  await expectAccessible(page, 'A new join key');
  await joinBy(line, 'edge-1');
  await page.getByRole('status').getByText('Gateway edge-1 joined').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();

  await gatewayRow(page, 'edge-1').getByText('region=eu-1').waitFor();
  await gatewayRow(page, 'edge-1').getByText('Never seen').waitFor();
  await joinKeyRow(page, 'first').getByText('Used up').waitFor();
  await expectAccessible(page, 'Fleet');

  await rename(page);
  await label(page);
  await drain(page);
  await remove(page);
});

it('shows a gateway that joins while one looks, and lets nobody else in by its join key', async () => {
  const maker = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(maker);
  const line = await copyJoinLine(maker, 'second');
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  await joinKeyRow(page, 'second').getByRole('cell', { name: '0 / 1', exact: true }).waitFor();

  await joinBy(line, 'edge-2');
  await gatewayRow(page, 'edge-2').waitFor();
  await joinKeyRow(page, 'second').getByRole('cell', { name: '1 / 1', exact: true }).waitFor();
  await expect(joinBy(line, 'edge-3')).rejects.toThrow('join key');
});

it('deletes a join key, by which nobody joins from then on', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  const line = await copyJoinLine(page, 'unused');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Actions for join key unused' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete join key' }).click();
  await joinKeyRow(page, 'unused').waitFor({ state: 'hidden' });
  await expect(joinBy(line, 'edge-4')).rejects.toThrow('join key');
});

it('leaves the fleet alone for those who may only look', async () => {
  await addGateway(dashboard, 'looked-at');
  const page = await openWindow(dashboard, { as: await addColleague(dashboard, 'role_viewer') });
  await openFleet(page);
  await gatewayRow(page, 'looked-at').waitFor();
  expect(await page.getByRole('button', { name: /^(Actions for|New join key)/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'looked-at', exact: true }).click();
  await page
    .getByRole('dialog', { name: 'looked-at' })
    .getByText('Nowhere at the moment')
    .waitFor();
});

it('says which scope is missing to those who may not see the fleet', async () => {
  const page = await openWindow(dashboard, { as: await addColleague(dashboard, 'role_billing') });
  await openFleet(page);
  await page.getByText('Your role cannot see the fleet').waitFor();
  expect(await page.getByRole('link', { name: 'Fleet' }).count()).toBe(0);
});

it('names the gateways that have not applied that a key was disabled, until they have', async () => {
  const key = await createKey(dashboard.owner, 'followed');
  const id = await addGateway(dashboard, 'edge-5');
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/api-keys/${key.id}`);
  const panel = page.getByRole('region', { name: 'Gateways' });
  await panel.getByRole('listitem').filter({ hasText: 'edge-5' }).getByText('not yet').waitFor();

  await page.getByRole('button', { name: 'Disable' }).click();
  const disabled = toastOf(page, 'Disabled followed');
  await disabled.getByText(NOT_YET).waitFor();
  await applyAll(dashboard);
  await disabled.getByText(EVERYWHERE).waitFor();
  await panel.getByText(EVERYWHERE).waitFor();
  await expectAccessible(page, 'A key with gateways');

  await deleteKey(page);
  const deleted = toastOf(page, 'Deleted followed');
  await deleted.getByText(NOT_YET).waitFor();
  await applyAll(dashboard);
  await deleted.getByText(EVERYWHERE).waitFor();
  expect(await dashboard.owner.delete(`/v1/gateways/${id}`)).toMatchObject({ status: 204 });
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

async function drain(page: Page): Promise<void> {
  await chooseGatewayAction(page, 'edge-fra', 'Drain');
  await gatewayRow(page, 'edge-fra').getByText('draining').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await gatewayRow(page, 'edge-fra').getByText('draining').waitFor({ state: 'hidden' });
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

const NOT_YET = /^Applied on 0 of \d+ gateways?\. Behind: .*edge-5/;
const EVERYWHERE = /^Applied on (\d+) of \1 gateways? in \d/;

function toastOf(page: Page, title: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) });
}

async function deleteKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Actions for followed' }).click();
  await page.getByRole('menuitem', { name: 'Delete permanently…' }).click();
  await page.getByLabel('Type the name of the key').fill('followed');
  await page.getByRole('button', { name: 'Delete permanently' }).click();
}
