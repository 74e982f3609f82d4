import type { Page } from 'playwright-core';
import { beforeAll, it } from 'vitest';
import { change, createKey, type Key } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { chooseAction, openKeys, seeStatus } from './key-list.ts';
import { callWith } from './secret.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;
let key: Key;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  key = await createKey(dashboard.owner, 'ci-pipeline');
  await change(dashboard.owner, await createKey(dashboard.owner, 'old-laptop'), 'revoke');
  await change(dashboard.owner, await createKey(dashboard.owner, 'staging-gateway'), 'disable');
  await callWith(dashboard.baseUrl, key.secret);
});

it('lets everybody use the way in', async () => {
  const page = await openWindow(dashboard);
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await expectAccessible(page, 'Sign in');
  await page.goto('/setup');
  await page.getByText('This server already has an owner').waitFor();
  await expectAccessible(page, 'Set-up, done before');
});

it('lets everybody use the pages of keys', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await seeStatus(page, 'ci-pipeline', 'Active');
  await expectAccessible(page, 'API keys');
  await openKeys(page, '?search=no-such-key');
  await page.getByRole('heading', { name: 'No key matches' }).waitFor();
  await expectAccessible(page, 'No key matches');
  await page.goto(`/api-keys/${key.id}`);
  await page.getByRole('region', { name: 'Permissions' }).waitFor();
  await expectAccessible(page, 'A key');
});

it('lets everybody use the dialogs of creating a key', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('radio', { name: 'On a date' }).check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByText('Give the key a name.').waitFor();
  await expectAccessible(page, 'Create key, with errors');
  await dialog.getByLabel('Name', { exact: true }).fill('cursor-dev');
  await dialog.getByRole('radio', { name: 'Organization' }).check();
  await dialog.getByRole('radio', { name: '7 days' }).check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await page.getByLabel('Secret', { exact: true }).waitFor();
  await expectAccessible(page, 'The secret');
});

it('lets everybody use the menu and the dialogs of a key', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByRole('button', { name: 'Actions for ci-pipeline' }).click();
  await page.getByRole('menuitem', { name: 'View details' }).waitFor();
  await expectAccessible(page, 'The menu of a key');
  await page.keyboard.press('Escape');
  for (const action of ['Edit…', 'Rotate secret…', 'Revoke…', 'Delete permanently…']) {
    await chooseAction(page, 'ci-pipeline', action);
    await expectDialogAccessible(page, action);
  }
});

it('lets everybody use the list on a phone', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 360, height: 740 });
  await openKeys(page);
  await page.getByRole('link', { name: 'ci-pipeline', exact: true }).waitFor();
  await expectAccessible(page, 'API keys on a phone');
  await page.getByRole('button', { name: 'Open navigation' }).click();
  await expectDialogAccessible(page, 'The navigation on a phone');
});

async function expectDialogAccessible(page: Page, what: string): Promise<void> {
  await page.getByRole('dialog').waitFor();
  await expectAccessible(page, what);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}
