import { beforeAll, expect, it } from 'vitest';
import { change, createKey } from '../processes/keys.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { listedNames, openKeys } from './key-list.ts';
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
  await openKeys(page, '?search=job-0');
  const newestFirst = Array.from({ length: 10 }, (_, index) => `job-0${9 - index}`);
  await shows(newestFirst);

  await page.getByLabel('Sort').selectOption({ label: 'Name, A to Z' });
  await shows(newestFirst.toReversed());
  await page.getByLabel('Status').selectOption({ label: 'Disabled' });
  await page.getByRole('heading', { name: 'No key matches' }).waitFor();
  await page.getByLabel('Search keys').fill('BRAV');
  await shows(['bravo']);
  expect(new URL(page.url()).searchParams.get('status')).toBe('disabled');

  await page.reload();
  await shows(['bravo']);
  expect(await page.getByLabel('Search keys').inputValue()).toBe('BRAV');
  await page.goBack();
  await shows(newestFirst.toReversed());
  await page.goBack();
  await shows(newestFirst);
  await page.getByLabel('Search keys').fill('nothing like it');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await eventually(async () => (await listedNames(page)).length).toBe(PAGE_SIZE);
});

it('turns pages of 50, and comes back from a key to the page that it was on', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByText('Page 1 · 50 keys on this page').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 · 3 keys on this page').waitFor();
  await eventually(() => listedNames(page)).toEqual(['bravo', HOSTILE, 'alpha']);

  await page.getByRole('link', { name: 'alpha', exact: true }).click();
  await page.getByRole('heading', { name: 'alpha', level: 1 }).waitFor();
  await page.goBack();
  await page.getByText('Page 2 · 3 keys on this page').waitFor();
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByText('Page 1 · 50 keys on this page').waitFor();
});

it('begins each page with its first key, also on a phone, where much stands above', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 390, height: 844 });
  await openKeys(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 · 3 keys on this page').waitFor();
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByText('Page 1 · 50 keys on this page').waitFor();
  const list = page.getByRole('region', { name: 'Keys', exact: true });
  const topBar = await page.getByRole('banner').boundingBox();
  await eventually(async () => Math.round((await list.boundingBox())?.y ?? 0)).toSatisfy(
    (y: number) => y >= (topBar?.height ?? 0) && y < 100,
  );
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
