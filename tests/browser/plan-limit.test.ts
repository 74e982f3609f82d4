import { beforeAll, expect, it } from 'vitest';
import { createKey } from '../processes/keys.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openKeys, rowOf } from './key-list.ts';
import { takeSecret } from './secret.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('free');
});

it('says that the plan is full and what to do, keeps the form, and goes on once there is room', async () => {
  for (const name of ['one', 'two', 'three']) await createKey(dashboard.owner, name);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  const usage = page.getByRole('progressbar', { name: 'Plan usage' });
  expect(await usage.getAttribute('value')).toBe('3');

  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByLabel('Name', { exact: true }).fill('four');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const notice = dialog.getByRole('alert').filter({ hasText: 'Your plan is full' });
  await notice.getByText(/allows 3 keys, and 3 count towards it/).waitFor();
  await notice.getByText(/Revoke or delete a key/).waitFor();
  expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('four');

  await dashboard.query(`update organization set plan = 'developer'`);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await takeSecret(page);
  await rowOf(page, 'four').waitFor();
});
