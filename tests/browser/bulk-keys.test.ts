/** Several keys at once: selected on any page, changed in one request, with an answer for each. */
import type { ApiKey, ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { holdToast } from './gateways.ts';
import { openKeys, seeStatus } from './key-list.ts';
import { hasFocus, pressTabTo } from './keyboard.ts';
import { callWith } from './secret.ts';
import { openWindow } from './window.ts';

const COUNT = 55;
const SELECT_PAGE = { name: 'Select all keys on this page' };
let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  const names = Array.from({ length: COUNT }, (_, at) => `job-${String(at).padStart(2, '0')}`);
  await Promise.all(names.map((name) => createKey(dashboard.owner, name)));
});

it('selects keys on several pages, or all that match, and undoes disabling them', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, '?search=job-&sort=name&order=asc');
  await select(page, 'job-07');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('link', { name: 'job-54', exact: true }).waitFor();
  await page.getByText('1 key selected').waitFor();
  await page.getByRole('checkbox', SELECT_PAGE).check();
  await page.getByText('6 keys selected').waitFor();
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByRole('link', { name: 'job-00', exact: true }).waitFor();
  expect(await page.getByRole('checkbox', { name: 'Select job-07' }).isChecked()).toBe(true);

  await page.getByRole('checkbox', SELECT_PAGE).check();
  await page.getByText('55 keys selected').waitFor();
  await page.getByRole('button', { name: 'Clear selection' }).click();
  expect(await hasFocus(page.locator('#main'))).toBe(true);
  await page.getByRole('checkbox', SELECT_PAGE).check();
  await page.getByRole('button', { name: 'Select all 55' }).click();
  await page.getByText('55 keys selected').waitFor();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const toast = await holdToast(page, 'Disabled 55 keys');
  expect(await countOf('disabled')).toBe(COUNT);

  await toast.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Enabled 55 keys').waitFor();
  expect(await countOf('active')).toBe(COUNT);
  await seeStatus(page, 'job-00', 'Active');

  await select(page, 'job-07');
  await page.getByLabel('Search keys').fill('job-0');
  await page.getByText('1 key selected').waitFor({ state: 'hidden' });
});

it('says which of the keys were not changed, and why', async () => {
  const { owner } = dashboard;
  for (const name of ['mixed-a', 'mixed-b', 'mixed-c']) await createKey(owner, name);
  const page = await openWindow(dashboard, { as: owner });
  await openKeys(page, '?search=mixed-');
  for (const name of ['mixed-a', 'mixed-b', 'mixed-c']) await select(page, name);
  // Between the page and the server, so that the page cannot know of it.
  await page.route('**/v1/api-keys/disable', async (route) => {
    await owner.delete(`/v1/api-keys/${await idOf('mixed-a')}`);
    await owner.post(`/v1/api-keys/${await idOf('mixed-b')}/revoke`, {});
    await route.continue();
  });
  await page.getByRole('button', { name: 'Disable', exact: true }).click();

  const dialog = page.getByRole('dialog', { name: 'Disabled 1 of 3 keys' });
  await dialog.getByText('2 keys were not changed').waitFor();
  const reasonOf = (name: string) =>
    dialog.locator('section').filter({ hasText: name }).getByRole('heading').textContent();
  expect(await reasonOf('mixed-a')).toBe('It was deleted meanwhile, or you can no longer see it.');
  expect(await reasonOf('mixed-b')).toBe('It is revoked for good. Create a new key.');
  await expectAccessible(page, 'Some keys were not changed');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Enabled 1 key').waitFor();
  await seeStatus(page, 'mixed-c', 'Active');
});

it('enables what the member may enable, and says of the others who disabled them', async () => {
  const { client } = await join(dashboard, dashboard.owner, 'Dora', 'role_developer');
  for (const [name, by] of [
    ['dora-own', client],
    ['dora-stopped', dashboard.owner],
  ] as const) {
    const made = { name, profile: 'custom', scopes: ['usage.read'] };
    const { body } = await client.post<ApiKeyWithSecret>('/v1/api-keys', made);
    await by.post(`/v1/api-keys/${body.id}/disable`);
  }
  const page = await openWindow(dashboard, { as: client });
  await openKeys(page);
  await page.getByRole('checkbox', SELECT_PAGE).check();
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Enabled 1 of 2 keys' });
  await dialog.locator('section').filter({ hasText: 'dora-stopped' }).waitFor();
  await dialog.getByText(/api_keys\.manage_all/).waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await seeStatus(page, 'dora-own', 'Active');
  await seeStatus(page, 'dora-stopped', 'Disabled');
});

it('counts what revoking the keys would take along, and takes it along if asked', async () => {
  const { owner } = dashboard;
  const [root, other] = [await createKey(owner, 'tree-root'), await createKey(owner, 'tree-other')];
  const child = await createKey(withKey(dashboard, root.secret), 'by-root');
  const grandchild = await createKey(withKey(dashboard, child.secret), 'by-child');
  const page = await openWindow(dashboard, { as: owner });
  await openKeys(page, '?search=tree-');
  await page.getByRole('checkbox', SELECT_PAGE).check();
  await page.getByRole('button', { name: 'Revoke…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke 2 keys?' });
  const cascade = dialog.getByRole('checkbox', {
    name: 'And everything they created or rotated (2 keys)',
  });
  expect(await cascade.isChecked()).toBe(false);
  await dialog.getByRole('radio', { name: 'Leaked' }).check();
  expect(await cascade.isChecked()).toBe(true);
  await expectAccessible(page, 'Revoke several keys');
  await dialog.getByRole('button', { name: 'Revoke 2 keys' }).click();
  await page.getByText('Revoked 2 keys and everything they created or rotated').waitFor();
  for (const { secret } of [root, other, child, grandchild]) {
    expect(await callWith(dashboard.baseUrl, secret)).toBe('revoked');
  }
});

it('works by keyboard, and on a phone', async () => {
  await createKey(dashboard.owner, 'phone-1');
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 390, height: 844 });
  await openKeys(page, '?search=phone-');
  await pressTabTo(page, page.getByRole('checkbox', { name: 'Select phone-1' }));
  await page.keyboard.press('Space');
  await page.getByText('1 key selected').waitFor();
  await expectAccessible(page, 'Selected keys on a phone');
  await pressTabTo(page, page.getByRole('button', { name: 'Disable', exact: true }));
  await page.keyboard.press('Enter');
  await page.getByText('Disabled 1 key').waitFor();
  const overflow = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(overflow).toBeLessThanOrEqual(0);
});

async function select(page: Page, name: string): Promise<void> {
  await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
}

async function countOf(status: ApiKey['status']): Promise<number | undefined> {
  const text = `select count(*)::int as count from api_key where name like 'job-%' and status = $1`;
  return (await dashboard.query<{ count: number }>(text, [status]))[0]?.count;
}

async function idOf(name: string): Promise<string | undefined> {
  const [row] = await dashboard.query<{ id: string }>('select id from api_key where name = $1', [
    name,
  ]);
  return row?.id;
}
