/** What a person has entered, or has not copied yet, goes only once they have said so. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openKeys } from './key-list.ts';
import { hasFocus } from './keyboard.ts';
import { eventually, openWindow } from './window.ts';

interface Form {
  /** In the navigation; without one, the form is on the page of the one before. */
  readonly link?: string;
  readonly action: string;
  readonly field: string;
  /** Chosen, where the field is no text: what a person chose is as lost as what they typed. */
  readonly chosen?: true;
}

const FORMS: readonly Form[] = [
  { action: 'Add passkey', field: 'Name' },
  { action: 'Change password', field: 'New password' },
  { action: 'Set up authenticator app', field: 'Your password' },
  { link: 'Organization', action: 'Transfer…', field: 'Your password' },
  { action: 'Delete…', field: 'Type the name of the organization' },
  { link: 'Members', action: 'Invite', field: 'Email' },
  { link: 'Roles', action: 'Create role', field: 'Name' },
  { link: 'API scopes', action: 'Create API scope', field: 'Name' },
  { link: 'Workspaces', action: 'Create workspace', field: 'Name' },
  { action: 'Create workspace', field: 'Test', chosen: true },
  { link: 'Fleet', action: 'New join key', field: 'Name' },
  { action: 'New join key', field: '7 days', chosen: true },
  { link: 'Compliance', action: 'Make report', field: 'Unused keys', chosen: true },
];

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise', { host: 'localhost' });
  await createKey(dashboard.owner, 'ci-pipeline');
});

it('asks before a filled form is closed, and keeps it if that was a mistake', async () => {
  const { page, dialog, name } = await openCreateDialog();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  await page.getByRole('button', { name: 'Create key' }).click();
  await name.fill('half-way');
  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Discard what you entered?' });
  await expectAccessible(page, 'The question before a filled form closes');
  expect(await hasFocus(question.getByRole('button', { name: 'Keep editing' }))).toBe(true);
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  expect(await name.inputValue()).toBe('half-way');
  await eventually(() => hasFocus(name)).toBe(true);

  await dialog.getByRole('button', { name: 'Close' }).click();
  await question.getByRole('button', { name: 'Discard' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

it('asks on every page before a filled form is closed', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/account-security');
  for (const { link, action, field, chosen } of FORMS) {
    if (link) await page.getByRole('link', { name: link, exact: true }).click();
    await page.getByRole('main').getByRole('button', { name: action }).first().click();
    const control = page.getByRole('dialog').getByLabel(field, { exact: !chosen });
    await (chosen ? control.check() : control.fill('half-way'));
    await page.keyboard.press('Escape');
    const question = page.getByRole('alertdialog', { name: 'Discard what you entered?' });
    await question.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
});

it('counts an address range while it is typed, and asks before one that is none is lost', async () => {
  const { page, dialog } = await openCreateDialog();
  const range = dialog.getByLabel('Allowed IP ranges');
  await range.pressSequentially('10.0.0.0/8 192.0.2');
  const summary = dialog.getByRole('region', { name: 'Summary' });
  await summary.getByText('from 1 address range').waitFor();
  await range.pressSequentially('.1');
  await summary.getByText('from 2 address ranges').waitFor();
  await range.fill('');
  await summary.getByText('from any address').waitFor();

  await range.fill('10.0.0');
  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Discard what you entered?' });
  await question.getByRole('button', { name: 'Keep editing' }).click();
  expect(await range.inputValue()).toBe('10.0.0');
});

it('saves a range of the security rules that was only typed, by one press', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/security');
  await page.getByText('Nothing has changed.').waitFor();
  await page.getByLabel('Allowed IP ranges').pressSequentially('127.0.0.0/8 ::1');
  await page.getByRole('button', { name: 'Save rules' }).click();
  await page.getByText('Saved the security settings').waitFor();
  await page.getByRole('list', { name: 'Allowed ranges' }).getByText('127.0.0.0/8').waitFor();
  expect(await dashboard.query('select allowed_ips from organization')).toEqual([
    { allowed_ips: ['127.0.0.0/8', '::1'] },
  ]);
});

it('asks before "back" and a reload take a filled form away', async () => {
  const { page, dialog, name } = await openCreateDialog('/members');
  await name.fill('half-way');
  expect(await offersToStay(page)).toBe(true);
  await page.goBack();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Keep editing' }).click();
  await question.waitFor({ state: 'hidden' });
  expect(await name.inputValue()).toBe('half-way');
  expect(new URL(page.url()).pathname).toBe('/api-keys');

  await page.goBack();
  await question.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor();
  expect(await dialog.count()).toBe(0);
});

it('asks before settings that were changed are left', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/organization');
  await page.getByText('Nothing has changed.').waitFor();
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Acme two');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Keep editing' }).click();
  await question.waitFor({ state: 'hidden' });
  expect(await name.inputValue()).toBe('Acme two');
  await page.getByRole('link', { name: 'Members' }).click();
  await question.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor();
});

it('asks before a secret that was not copied is hidden, by Done, Escape and a reload alike', async () => {
  const { page, dialog, name } = await openCreateDialog();
  await name.fill('shown-once');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const secret = page.getByLabel('Secret', { exact: true });
  await secret.waitFor();
  expect(await offersToStay(page)).toBe(true);

  const question = page.getByRole('alertdialog', { name: 'Close without copying the secret?' });
  for (const leave of [
    () => page.getByRole('button', { name: 'Done' }).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await leave();
    await question.getByRole('button', { name: 'Go back' }).click();
    await question.waitFor({ state: 'hidden' });
    expect(await secret.inputValue()).toMatch(/^tk_live_/);
  }

  await page.getByRole('button', { name: 'Copy secret' }).click();
  await eventually(() => offersToStay(page)).toBe(false);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

it('refuses a name of more than 64 characters in words, and cuts nothing', async () => {
  const { dialog, name } = await openCreateDialog();
  const long = 'n'.repeat(65);
  await name.fill(long);
  await dialog.getByText('Use at most 64 characters. This has 65.').waitFor();
  expect(await name.inputValue()).toBe(long);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  expect(await dashboard.query('select 1 from api_key where name like $1', ['nnnn%'])).toEqual([]);
  await dialog.waitFor();
});

it('brings the first error of a long form into view, with the focus in its field', async () => {
  const { dialog, name } = await openCreateDialog(undefined, { height: 500 });
  await dialog.getByRole('radio', { name: 'Custom' }).check();
  await dialog.getByRole('region', { name: 'Summary' }).scrollIntoViewIfNeeded();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await eventually(() => hasFocus(name)).toBe(true);
  await eventually(() => isInView(dialog.getByText('Give the key a name.'))).toBe(true);

  await name.fill('long-form');
  await dialog.getByRole('region', { name: 'Summary' }).scrollIntoViewIfNeeded();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await eventually(() => isInView(dialog.getByText('Choose at least one scope.'))).toBe(true);
  await dialog.getByRole('radio', { name: 'Organization' }).check();
  await dialog.getByRole('region', { name: 'Summary' }).scrollIntoViewIfNeeded();
  for (const key of ['one', 'two']) await createKey(dashboard.owner, key);
  await dashboard.query(`update organization set plan = 'free'`);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await eventually(() => isInView(dialog.getByText('Your plan is full'))).toBe(true);
  await dashboard.query(`update organization set plan = 'enterprise'`);
});

it('says why a button cannot be pressed, to the keyboard and to a finger', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/workspaces');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  const create = page.getByRole('dialog').getByRole('button', { name: 'Create workspace' });
  await create.focus();
  expect(await hasFocus(create)).toBe(true);
  expect(await describing(create)).toBe('Enter a name.');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('Enter a name.').waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Actions for default' }).click();
  const remove = page.getByRole('menuitem', { name: 'Delete…' });
  await page.keyboard.press('End');
  expect(await hasFocus(remove)).toBe(true);
  await page.keyboard.press('Enter');
  await remove.getByText('The last workspace stays.').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

async function openCreateDialog(before?: string, size: { height?: number } = {}) {
  const page = await openWindow(dashboard, { as: dashboard.owner, ...size });
  if (before) {
    await page.goto(before);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('link', { name: 'API keys', exact: true }).click();
  } else await openKeys(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  const name = dialog.getByLabel('Name', { exact: true });
  await name.waitFor();
  return { page, dialog, name };
}

/** Whether the browser asks before it leaves the page: a listener has said that something is unsaved. */
function offersToStay(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const leaving = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(leaving);
    return leaving.defaultPrevented;
  });
}

function isInView(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}

function describing(target: Locator): Promise<string | undefined> {
  return target.evaluate(
    (element) =>
      document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent ??
      undefined,
  );
}
