import type { ApiKeyWithSecret, Workspace } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { change, createKey } from '../processes/keys.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { chooseAction, listedNames, openKeys, rowOf, seeStatus } from './key-list.ts';
import { eventually, openWindow } from './window.ts';

const HOSTILE = '<img src=x onerror="document.title=1"> & "quotes"';
const PAGE_SIZE = 50;
let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  const { owner } = dashboard;
  await createKey(owner, 'alpha');
  await createKey(owner, HOSTILE);
  await change(owner, await createKey(owner, 'bravo'), 'disable');
  const numbers = Array.from({ length: PAGE_SIZE }, (_, index) => String(index).padStart(2, '0'));
  for (const number of numbers) await createKey(owner, `job-${number}`);
});

it('filters, searches and sorts by the address, which "back" undoes step by step', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const shows = (names: string[]) => eventually(() => listedNames(page)).toEqual(names);
  // An address may be mistyped: what no server takes is left out.
  await openKeys(page, '?search=job-0&state=bogus&cursor=!');
  const newestFirst = Array.from({ length: 10 }, (_, index) => `job-0${9 - index}`);
  await shows(newestFirst);

  await page.getByLabel('Sort').selectOption({ label: 'Name, A to Z' });
  await shows(newestFirst.toReversed());
  await page.getByLabel('Status').selectOption({ label: 'Disabled' });
  await page.getByRole('heading', { name: 'No key matches' }).waitFor();
  await page.getByLabel('Search keys').fill('BRAV');
  await shows(['bravo']);
  expect(new URL(page.url()).searchParams.get('state')).toBe('disabled');

  await page.reload();
  await shows(['bravo']);
  expect(await page.getByLabel('Search keys').inputValue()).toBe('BRAV');
  await page.goBack();
  await shows(newestFirst.toReversed());
  await page.goBack();
  await shows(newestFirst);
  await page.getByLabel('Search keys').fill('n'.repeat(65));
  await page.getByText('Use at most 64 characters. This has 65.').waitFor();
  expect(await page.getByLabel('Search keys').inputValue()).toBe('n'.repeat(65));
  await page.getByLabel('Search keys').fill('nothing like it');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await eventually(async () => (await listedNames(page)).length).toBe(PAGE_SIZE);
});

it('moves nothing behind a dialog', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByText('Page 1 · 50 of 53 keys').waitFor();
  const main = page.locator('#main');
  const place = () => main.evaluate((element) => element.getBoundingClientRect().toJSON());
  const before = await place();
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('dialog').waitFor();
  // What the dialog library adds for a scrollbar, which has no width in this browser.
  await page.evaluate(() => document.body.style.setProperty('margin-right', '15px', 'important'));
  expect(await place()).toEqual(before);
});

it('turns pages of 50, and comes back from a key to the page that it was on', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByText('Page 1 · 50 of 53 keys').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 · 3 of 53 keys').waitFor();
  await eventually(() => listedNames(page)).toEqual(['bravo', HOSTILE, 'alpha']);

  await page.getByRole('link', { name: 'alpha', exact: true }).click();
  await page.getByRole('heading', { name: 'alpha', level: 1 }).waitFor();
  await page.goBack();
  await page.getByText('Page 2 · 3 of 53 keys').waitFor();
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByText('Page 1 · 50 of 53 keys').waitFor();
});

it('begins each page with its first key, also on a phone, where much stands above', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 390, height: 844 });
  await openKeys(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 · 3 of 53 keys').waitFor();
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByText('Page 1 · 50 of 53 keys').waitFor();
  const list = page.getByRole('region', { name: 'Keys', exact: true });
  const topBar = await page.getByRole('banner').boundingBox();
  await eventually(async () => Math.round((await list.boundingBox())?.y ?? 0)).toSatisfy(
    (y: number) => y >= (topBar?.height ?? 0) && y < 100,
  );
});

it('shows which workspace a key is confined to, and copies its id', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const { body } = await dashboard.owner.get<{ data: Workspace[] }>('/v1/workspaces');
  const confined = await dashboard.owner.post<ApiKeyWithSecret>('/v1/api-keys', {
    name: 'confined',
    profile: 'workspace',
    workspaceId: body.data[0]?.id,
  });
  await openKeys(page, '?search=confined');
  await rowOf(page, 'confined').getByRole('cell', { name: 'default', exact: true }).waitFor();
  await page.getByText('1 key', { exact: true }).waitFor();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await chooseAction(page, 'confined', 'Copy ID');
  await eventually(copied).toBe(confined.body.id);

  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('link', { name: 'confined', exact: true }).click();
  await page.getByRole('button', { name: 'Copy ID' }).click();
  await eventually(copied).toBe(confined.body.id);
  await dashboard.owner.delete(`/v1/api-keys/${confined.body.id}`);
});

it('shows an expired key as expired, and finds it by that', async () => {
  const { id } = await createKey(dashboard.owner, 'bygone');
  await dashboard.query(`update api_key set expires_at = now() - interval '1 day' where id = $1`, [
    id,
  ]);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, '?search=bygone');
  await seeStatus(page, 'bygone', 'Expired');
  await page.getByLabel('Status').selectOption({ label: 'Active' });
  await page.getByRole('heading', { name: 'No key matches' }).waitFor();
  await page.getByLabel('Status').selectOption({ label: 'Expired' });
  await eventually(() => listedNames(page)).toEqual(['bygone']);
  await dashboard.owner.delete(`/v1/api-keys/${id}`);
});

it('does not move the links of the navigation when the workspaces arrive', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const gate = Promise.withResolvers<void>();
  await page.route('**/v1/workspaces*', async (route) => {
    await gate.promise;
    await route.continue();
  });
  await openKeys(page);
  const link = page.getByRole('link', { name: 'Members' });
  const before = await link.boundingBox();
  gate.resolve();
  await page.getByLabel('Switch workspace').waitFor();
  expect(await link.boundingBox()).toEqual(before);
});

it('shows a name that looks like markup as text, wherever it stands', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, '?search=onerror');
  await page.getByRole('link', { name: HOSTILE, exact: true }).click();
  await page.getByRole('heading', { name: HOSTILE, level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByText(`Disabled ${HOSTILE}`).waitFor();

  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toContain(HOSTILE);
});
