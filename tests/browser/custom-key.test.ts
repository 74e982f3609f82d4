import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openKeys, rowOf } from './key-list.ts';
import { callWith, takeSecret } from './secret.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('creates a key of picked scopes, a last day and an address range, and shows them all', async () => {
  const { page, dialog } = await openDialog();
  await dialog.getByLabel('Name', { exact: true }).fill('gateway-eu');
  await pickScopes(dialog);
  await dialog.getByRole('radio', { name: 'On a date' }).check();
  await dialog.getByLabel('Last day').fill('2040-05-31');
  await addRanges(dialog);
  expect(await dialog.getByRole('region', { name: 'Summary' }).textContent()).toContain(
    'gateway-eu: custom profile, 5 scopes, in every workspace, until 31 May 2040, from 1 address range.',
  );
  await dialog.getByRole('button', { name: 'Create key' }).click();

  const secret = await takeSecret(page);
  expect(await callWith(dashboard.baseUrl, secret)).toBe('ip_not_allowed');
  await seeScopesInList(page);
  await seeDetails(page);
});

it('starts a key that only calls APIs from a template', async () => {
  const { page, dialog } = await openDialog();
  await dialog.getByLabel('Name', { exact: true }).fill('caller');
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('checkbox', { name: 'usage.read' }).check();
  await dialog.getByRole('button', { name: 'Call APIs only' }).click();
  await dialog.getByText('1 scope selected').waitFor();
  expect(await dialog.getByRole('checkbox', { name: 'apis.call' }).isChecked()).toBe(true);
  await dialog.getByRole('button', { name: 'Create key' }).click();

  const secret = await takeSecret(page);
  expect(await callWith(dashboard.baseUrl, secret)).toBe('valid');
  const [row] = await dashboard.query(`select scopes from api_key where name = 'caller'`);
  expect(row).toEqual({ scopes: ['apis.call'] });
});

it('says what is missing, beside the field, and sends nothing', async () => {
  const { page, dialog } = await openDialog();
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('radio', { name: 'On a date' }).check();
  await dialog.getByLabel('Last day').fill('2020-01-01');
  const before = await keysInAll();

  await dialog.getByRole('button', { name: 'Create key' }).click();

  await dialog.getByText('Give the key a name.').waitFor();
  await dialog.getByText('Choose at least one scope.').waitFor();
  await dialog.getByText('Choose a date in the future.').waitFor();
  await dialog.getByLabel('Allowed IP ranges').fill('10.0.0.0/33');
  await dialog.getByRole('button', { name: 'Add range' }).click();
  await dialog.getByText(/Not an IP address or a CIDR range/).waitFor();
  expect(await keysInAll()).toBe(before);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

it('creates no key while a range is typed that is none, whichever way the form is submitted', async () => {
  const { page, dialog } = await openDialog();
  const name = dialog.getByLabel('Name', { exact: true });
  const range = dialog.getByLabel('Allowed IP ranges');
  await name.fill('open-to-all');
  const before = await keysInAll();

  await range.fill('10.0.0');
  await name.press('Enter');
  await dialog.getByText(/Not an IP address or a CIDR range/).waitFor();
  await eventually(() => range.evaluate((input) => input === document.activeElement)).toBe(true);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await eventually(() => range.evaluate((input) => input === document.activeElement)).toBe(true);
  expect(await keysInAll()).toBe(before);

  await range.fill('10.0.0.0/8');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await page.getByText('The key works only from 10.0.0.0/8').waitFor();
  expect(await callWith(dashboard.baseUrl, await takeSecret(page))).toBe('ip_not_allowed');
});

it('works on a phone as well', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 360, height: 740 });
  await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).first().click();
  await page.getByRole('button', { name: 'Use the name staging-gateway' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const secret = await takeSecret(page);

  expect(await callWith(dashboard.baseUrl, secret)).toBe('valid');
  await page.getByRole('link', { name: 'staging-gateway', exact: true }).click();
  await page.getByRole('heading', { name: 'staging-gateway', level: 1 }).waitFor();
  const isCut = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(isCut).toBe(false);
});

async function openDialog(): Promise<{ page: Page; dialog: Locator }> {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByLabel('Name', { exact: true }).waitFor();
  return { page, dialog };
}

/** All of API keys but one, and one found by what it allows. */
async function pickScopes(dialog: Locator): Promise<void> {
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('checkbox', { name: 'All of API keys' }).check();
  await dialog.getByText('5 scopes selected').waitFor();
  await dialog.getByRole('checkbox', { name: 'api_keys.manage_all' }).uncheck();
  await dialog.getByRole('searchbox', { name: 'Search scopes' }).fill('calls over time');
  await dialog.getByRole('checkbox', { name: 'usage.read' }).check();
  expect(await dialog.getByRole('group', { name: 'API keys' }).count()).toBe(0);
  await dialog.getByRole('searchbox', { name: 'Search scopes' }).fill('');
  await dialog.getByText('5 scopes selected').waitFor();
  const all = dialog.getByRole('checkbox', { name: 'All of API keys' });
  expect(await all.evaluate((box) => (box as HTMLInputElement).indeterminate)).toBe(true);
}

async function addRanges(dialog: Locator): Promise<void> {
  await dialog.getByLabel('Allowed IP ranges').fill('10.0.0.0/8 192.0.2.1');
  await dialog.getByRole('button', { name: 'Add range' }).click();
  await dialog.getByRole('button', { name: 'Remove 192.0.2.1' }).click();
}

async function seeScopesInList(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show 5 scopes of gateway-eu' }).click();
  const scopes = page.getByRole('region', { name: 'Scopes of gateway-eu' });
  await scopes.getByText('api_keys.read  api_keys.create').waitFor();
  await scopes.getByText('usage.read').waitFor();
  await page.keyboard.press('Escape');
  await rowOf(page, 'gateway-eu')
    .getByText(/in \d+ years/)
    .waitFor();
}

async function seeDetails(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'gateway-eu', exact: true }).click();
  const permissions = page.getByRole('region', { name: 'Permissions' });
  await permissions.getByText('5 of 5 scopes in force now').waitFor();
  await permissions.getByText('See how many calls were made').waitFor();
  const details = page.getByRole('region', { name: 'Details' });
  await details.getByText('10.0.0.0/8', { exact: true }).waitFor();
  await details.getByText('ada@example.com').waitFor();
  await page.getByRole('region', { name: 'Calls' }).waitFor();
}

async function keysInAll(): Promise<unknown> {
  const [row] = await dashboard.query('select count(*) from api_key');
  return JSON.stringify(row);
}
