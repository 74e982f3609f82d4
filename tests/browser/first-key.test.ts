import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { type FreshDashboard, startFreshDashboard } from './dashboard.ts';
import { callsInWords, numberOf, openKeys, rowOf } from './key-list.ts';
import { hasFocus, pressTabTo } from './keyboard.ts';
import { callWith, runCurl } from './secret.ts';
import { eventually, openWindow } from './window.ts';

it('leads from the set-up link to a key that was made by keyboard alone, used and counted', async () => {
  const dashboard = await startFreshDashboard();
  const page = await openWindow(dashboard);

  await claim(page, dashboard);
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
  expect(await numberOf(page, 'Total keys')).toBe('0');
  expect(await callsInWords(page)).toBe('0 accepted and 0 denied.');

  await createByKeyboard(page);
  const secret = await readSecretOnce(page);
  await rowOf(page, 'ci-pipeline')
    .getByText(`${secret.slice(0, 12)}…`)
    .waitFor();
  await rowOf(page, 'ci-pipeline').getByText('Never', { exact: true }).waitFor();

  expect(await callWith(dashboard.baseUrl, secret)).toBe('valid');
  await seeCounted(page);
  await staysSecret(page, secret);
});

/** Opens the link from the terminal, in the tab of one that is not, and signs up. */
async function claim(page: Page, { controlPlane }: FreshDashboard): Promise<void> {
  const link = await until('link', () => /http\S+#token=\S+/.exec(controlPlane.stdout())?.[0]);
  await page.goto('/setup#token=older');
  await page.getByLabel('Your name').fill('left behind');
  await page.goto(link);
  await eventually(() => page.getByLabel('Your name').inputValue()).toBe('');
  expect(page.url()).not.toContain('token');
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Organization name').fill('Acme');
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.getByLabel('Repeat the password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.waitForURL('**/api-keys');
  await eventually(() => page.title()).toContain('API keys');
}

async function createByKeyboard(page: Page): Promise<void> {
  await pressTabTo(page, page.getByRole('button', { name: 'Create key' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  const name = dialog.getByLabel('Name', { exact: true });
  await eventually(() => hasFocus(name)).toBe(true);
  await page.keyboard.type('ci-pipeline');
  await pressTabTo(page, dialog.getByRole('radio', { name: 'Workspace' }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  expect(await dialog.getByRole('radio', { name: 'Read-only' }).isChecked()).toBe(true);
  await pressTabTo(page, dialog.getByRole('radio', { name: '90 days' }));
  await page.keyboard.press('ArrowLeft');
  expect(await dialog.getByRole('radio', { name: '30 days' }).isChecked()).toBe(true);
  const summary = await dialog.getByRole('region', { name: 'Summary' }).textContent();
  expect(summary).toMatch(/ci-pipeline: read-only profile, \d+ scopes, in every workspace, until/);
  await pressTabTo(page, dialog.getByRole('button', { name: 'Create key' }));
  await page.keyboard.press('Enter');
}

/** Still by keyboard: copies the secret, tries the command, and leaves. */
async function readSecretOnce(page: Page): Promise<string> {
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
  expect(secret).toMatch(/^tk_live_[0-9A-Za-z]+$/);
  await pressTabTo(page, page.getByRole('button', { name: 'Copy secret' }));
  await page.keyboard.press('Enter');
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);

  const answer = await runCurl(await page.getByLabel('Try it').inputValue());
  expect(await answer.json()).toMatchObject({ organization: { name: 'Acme' } });

  await pressTabTo(page, page.getByRole('button', { name: 'Done' }));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  // The button that had the focus went with the empty state.
  await eventually(() => hasFocus(page.getByRole('main'))).toBe(true);
  return secret;
}

async function seeCounted(page: Page): Promise<void> {
  await until('the calls are counted', async () => {
    await openKeys(page);
    await page.getByText('1 of 3 keys').waitFor();
    return (await callsInWords(page)).startsWith('2 accepted and 0 denied.');
  });
  // The page asks for its parts one by one: the others may be from before the calls were stored.
  await openKeys(page);
  expect(await numberOf(page, 'Total keys')).toBe('1');
  expect(await numberOf(page, 'Active keys')).toBe('1');
  expect(await numberOf(page, 'Last call')).toMatch(/now|ago/);
  await rowOf(page, 'ci-pipeline')
    .getByText(/now|ago/)
    .last()
    .waitFor();
}

/** Neither the page nor the browser keeps the secret. */
async function staysSecret(page: Page, secret: string): Promise<void> {
  const kept = await page.evaluate(() =>
    JSON.stringify([
      document.documentElement.outerHTML,
      { ...localStorage },
      { ...sessionStorage },
    ]),
  );
  expect(kept).toContain('ci-pipeline');
  expect(kept).not.toContain(secret);
  expect(page.url()).not.toContain(secret);
}
