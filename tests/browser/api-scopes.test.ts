import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openKeys } from './key-list.ts';
import { takeSecret } from './secret.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('defines an API scope, gives it to a key, and takes it from the key by deleting it', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/api-scopes');
  await page.getByRole('heading', { name: 'No API scopes yet' }).waitFor();
  await expectAccessible(page, 'No API scopes yet');
  await define(page, 'invoices.read', 'See invoices');
  await page.getByRole('row', { name: /invoices\.read.*See invoices/ }).waitFor();
  await expectAccessible(page, 'API scopes');

  await giveToKey(page, 'billing-job', 'invoices.read');
  await page.getByRole('link', { name: 'billing-job', exact: true }).click();
  const permissions = page.getByRole('region', { name: 'Permissions' });
  await permissions.getByRole('heading', { name: 'API scopes' }).waitFor();
  await permissions.getByText('See invoices').waitFor();

  await page.getByRole('link', { name: 'API scopes' }).click();
  const dialog = await openDialog(page, 'invoices.read', 'Delete…');
  await dialog.getByRole('button', { name: 'Delete API scope' }).click();
  await dialog.getByText('the API key "billing-job" holds it').waitFor();
  await expectAccessible(page, 'Delete an API scope in use');
  await dialog.getByLabel('Type the name of the API scope').fill('invoices.read');
  await dialog.getByRole('button', { name: 'Remove and delete' }).click();
  await page.getByRole('heading', { name: 'No API scopes yet' }).waitFor();
  expect(await dashboard.query(`select scopes from api_key where name = 'billing-job'`)).toEqual([
    { scopes: ['apis.call'] },
  ]);
});

it('says at once what cannot be the name of one', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/api-scopes');
  await page.getByRole('button', { name: 'Create API scope' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create API scope' });
  for (const [name, rule] of [
    ['Invoices', 'It must be resource.action'],
    ['members.fly', 'It must not begin with the group of a built-in scope'],
  ] as const) {
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    await dialog.getByRole('button', { name: 'Create API scope' }).click();
    await dialog.getByText(rule).waitFor();
  }
  await expectAccessible(page, 'Create an API scope, with an error');
});

it('overwrites no description that somebody else saved meanwhile', async () => {
  await dashboard.owner.post('/v1/api-scopes', { name: 'ledger.read', description: 'before' });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/api-scopes');
  const dialog = await openDialog(page, 'ledger.read', 'Edit…');
  await dialog.getByLabel('Description').fill('mine');
  await dashboard.owner.patch('/v1/api-scopes/ledger.read', { description: 'theirs' });
  await dialog.getByRole('button', { name: 'Save API scope' }).click();
  await dialog.getByText('This API scope was changed since you opened it').waitFor();
  await dialog.getByText('theirs').waitFor();
  await dialog.getByRole('button', { name: 'Save API scope' }).click();
  await page.getByRole('row', { name: /ledger\.read.*mine/ }).waitFor();
});

it('finds one among 1,000, on the page and where scopes are chosen, also on a phone', async () => {
  await dashboard.query(
    `insert into api_scope (organization_id, name, description, created_at)
     select id, 'thing' || n || '.read', 'See thing number ' || n, now()
     from organization, generate_series(1, 999) n on conflict do nothing`,
  );
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 360, height: 740 });
  await page.goto('/api-scopes');
  await page.getByRole('button', { name: 'Show 900 more' }).click();
  await page.getByText('thing999.read', { exact: true }).waitFor();
  await page.getByRole('searchbox', { name: 'Search API scopes' }).fill('THING number 777');
  await page.getByText('1 API scope').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
  await giveToKey(page, 'thing-reader', 'thing777.read');
});

async function define(page: Page, name: string, description: string): Promise<void> {
  await page.getByRole('button', { name: 'Create API scope' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create API scope' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Description').fill(description);
  await dialog.getByRole('button', { name: 'Create API scope' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function giveToKey(page: Page, key: string, scope: string): Promise<void> {
  await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByLabel('Name', { exact: true }).fill(key);
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('button', { name: 'Call APIs only' }).click();
  await dialog.getByRole('searchbox', { name: 'Search scopes' }).fill(scope);
  await dialog
    .getByRole('group', { name: 'API scopes' })
    .getByLabel(scope, { exact: true })
    .check();
  await dialog.getByText('2 scopes selected').waitFor();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await takeSecret(page);
}

async function openDialog(page: Page, name: string, item: string) {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
  return page.getByRole('dialog');
}
