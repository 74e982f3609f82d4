import type { ApiKeyDetail, ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { listedNames, openKeys, rowOf } from './key-list.ts';
import { takeSecret } from './secret.ts';
import { eventually, openWindow } from './window.ts';

const LONG = 'W'.repeat(64);
const MANY = Array.from({ length: 19 }, (_, n) => `team-${10 + n}`);
let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  await createTagged('api', ['payments', 'prod']);
  await createTagged('web', ['prod']);
  await createTagged('crowded', [LONG, ...MANY]);
});

it('gives a new key tags, as a person types and pastes them', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByLabel('Name', { exact: true }).fill('tagged');
  await typeTags(dialog, 'team a, ci');
  await dialog.getByRole('button', { name: 'Remove ci' }).click();
  // What is still being typed counts as well.
  await dialog.getByLabel('Tags', { exact: true }).fill('lab');
  const summary = dialog.getByRole('region', { name: 'Summary' });
  await summary.getByText('with 2 tags.').waitFor();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await takeSecret(page);

  const [row] = await dashboard.query(`select tags from api_key where name = 'tagged'`);
  expect(row).toEqual({ tags: ['lab', 'team a'] });
});

it('refuses a text that is no tag, and more of them than a key may have', async () => {
  const { id } = await createTagged('full', MANY);
  const { dialog } = await openEditor(id);
  const save = dialog.getByRole('button', { name: 'Save changes' });
  await typeTags(dialog, `${LONG}!`);
  await dialog.getByText('A tag is visible text of up to 64 characters').waitFor();
  await typeTags(dialog, 'one, two');
  await save.click();
  await dialog.getByText('A key has at most 20 tags: remove 1.').waitFor();
  await dialog.getByRole('button', { name: 'Remove two' }).click();
  await save.click();
  await dialog.waitFor({ state: 'hidden' });
  const { body } = await dashboard.owner.get<ApiKeyDetail>(`/v1/api-keys/${id}`);
  expect(body.tags).toEqual(['one', ...MANY]);
});

it('shows what an edit of tags changes, and the tags of the key afterwards', async () => {
  const { id } = await createTagged('edited', ['ci', 'staging']);
  const { page, dialog } = await openEditor(id);
  await typeTags(dialog, 'prod');
  await dialog.getByRole('button', { name: 'Remove staging' }).click();
  const changes = dialog.getByRole('region', { name: 'Changes' });
  expect(await changes.getByRole('listitem').allTextContents()).toEqual([
    'Added: prod',
    'Removed: staging',
  ]);
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const tags = page.getByRole('list', { name: 'Tags' }).getByRole('link');
  await eventually(() => tags.allTextContents()).toEqual(['ci', 'prod']);
});

it('narrows the list down by a click on a tag, which the address keeps and "back" undoes', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, '?sort=name&order=asc');
  await rowOf(page, 'web').getByRole('link', { name: 'Show keys with the tag prod' }).click();
  const shows = (names: string[]) => eventually(() => listedNames(page)).toEqual(names);
  await shows(['api', 'edited', 'web']);
  await rowOf(page, 'api').getByRole('button', { name: '+1 more of the tags of api' }).click();
  const popover = page.getByRole('dialog', { name: 'Tags of api' });
  await popover.getByRole('link', { name: 'Show keys with the tag payments' }).click();
  await shows(['api']);
  expect(new URL(page.url()).searchParams.get('tags')).toBe('payments,prod');
  await page.reload();
  await shows(['api']);
  await page.getByRole('button', { name: 'Remove the tag payments from the filter' }).click();
  await shows(['api', 'edited', 'web']);
  await page.goBack();
  await shows(['api']);
  await page.getByLabel('Search keys').fill('nothing like it');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await eventually(async () => (await listedNames(page)).length).toBeGreaterThan(3);
});

it('finds keys by a part of a tag', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, '?sort=name&order=asc');
  await page.getByLabel('Search keys').fill('AYMEN');
  await eventually(() => listedNames(page)).toEqual(['api']);
});

it('lets everybody use twenty tags and a long one, in a narrow window too', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page, `?tags=${LONG},team-10`);
  await page.getByRole('button', { name: '+19 more of the tags of crowded' }).click();
  await page.getByRole('dialog', { name: 'Tags of crowded' }).waitFor();
  await fits(page);
  await expectAccessible(page, 'Keys with a tag, and the tags of one');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'crowded', exact: true }).click();
  await page.getByRole('list', { name: 'Tags' }).waitFor();
  await fits(page);

  await page.setViewportSize({ width: 360, height: 900 });
  await fits(page);
  await expectAccessible(page, 'A key with twenty tags, in a narrow window');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('list', { name: 'Tags of the key' }).scrollIntoViewIfNeeded();
  await fits(page);
  await expectAccessible(page, 'Editing twenty tags, in a narrow window');
  await page.setViewportSize({ width: 1440, height: 900 });
  await fits(page);
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.setViewportSize({ width: 360, height: 900 });
  await page.goBack();
  await page.getByRole('link', { name: 'crowded', exact: true }).waitFor();
  await fits(page);
  await expectAccessible(page, 'Keys with a tag, in a narrow window');
});

async function fits(page: Page): Promise<void> {
  const beyond = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  };
  // A window that was made narrower shows the other frame a moment later.
  await eventually(() => page.evaluate(beyond)).toBeLessThanOrEqual(0);
}

async function createTagged(name: string, tags: readonly string[]): Promise<ApiKeyWithSecret> {
  const body = { name, profile: 'custom', scopes: ['usage.read'], tags };
  return (await dashboard.owner.post<ApiKeyWithSecret>('/v1/api-keys', body)).body;
}

async function typeTags(dialog: Locator, text: string): Promise<void> {
  await dialog.getByLabel('Tags', { exact: true }).fill(text);
  await dialog.getByRole('button', { name: 'Add tag' }).click();
}

async function openEditor(id: string): Promise<{ page: Page; dialog: Locator }> {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/api-keys/${id}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: /^Edit / });
  await dialog.getByLabel('Name', { exact: true }).waitFor();
  return { page, dialog };
}
