/** Policies: the list, creating one, and the editor. */
import { DEFAULT_POLICY } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { hasFocus } from './keyboard.ts';
import { addPolicy, editorOf, listPolicies } from './policy-list.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('creates a policy from a template, by the text that follows what is entered', async () => {
  const page = await openNewPolicy();
  await page.getByRole('radio', { name: 'Read-only CI' }).check();
  await page.getByText('Enter the tag of the keys.').waitFor();
  await page.getByLabel('Tag of the keys').fill('ci');
  await editorOf(page).getByText('principal.tags.contains("ci")').waitFor();
  await page.getByText('No errors.').waitFor();
  await expectAccessible(page, 'Create policy, from a template');
  await page.getByRole('button', { name: 'Create policy' }).click();

  await page.getByRole('heading', { name: 'Read-only CI', level: 1 }).waitFor();
  await page.getByRole('region', { name: 'Versions' }).getByText('Version 1').waitFor();
  await expectAccessible(page, 'A policy');
  const policies = await listPolicies(dashboard);
  expect(policies.find(({ name }) => name === 'Read-only CI')).toMatchObject({
    ...{ status: 'enabled', mode: 'enforce', version: 1, workspaceId: null },
  });
});

it('keeps the text that a person wrote in place of that of the template', async () => {
  const page = await openNewPolicy();
  await page.getByRole('radio', { name: 'Only these paths' }).check();
  await page.getByRole('textbox', { name: 'Paths' }).fill('/invoices/*');
  await editorOf(page).getByText('context.path like "/invoices/*"').waitFor();
  await editorOf(page).fill('forbid (principal, action, resource);');
  await page.getByText('You edited the text').waitFor();
  await page.getByLabel('Tag of the keys').fill('ci');
  expect(await editorOf(page).textContent()).toBe('forbid (principal, action, resource);');
  await page.getByRole('button', { name: 'Use the text of the template' }).click();
  await editorOf(page).getByText('principal.tags.contains("ci")').waitFor();
});

it('moves nothing from under the pointer that presses it', async () => {
  const page = await openNewPolicy();
  const { promise: pressed, resolve: press } = Promise.withResolvers<void>();
  await page.route('**/v1/policies/validate', async (route) => {
    await pressed;
    await route.continue().catch(() => undefined);
  });
  await page.getByRole('radio', { name: 'Only these paths' }).check();
  await editorOf(page).fill('wrong');
  const button = page.getByRole('button', { name: 'Use the text of the template' });
  // It becomes an entry of the list below, which grows, once another element has the focus.
  await page.getByRole('textbox', { name: 'Paths' }).fill('/invoices/*');
  await button.click();
  await button.waitFor({ state: 'detached' });

  await editorOf(page).fill('wrong again');
  await button.hover();
  await page.mouse.down();
  const answered = page.waitForResponse(
    (each) => each.request().postData()?.includes('again') === true,
  );
  press();
  await (await answered).finished();
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });
  await page.mouse.up();
  await button.waitFor({ state: 'detached' });
});

it('marks an error under its line while it is typed, and takes it away once it is corrected', async () => {
  const page = await openNewPolicy();
  await page.getByLabel('Name', { exact: true }).fill('typed');
  const editor = editorOf(page);
  await editor.fill('permit (principal, action, resource)\nwhen { context.nothing == "" };');
  const finding = page.getByRole('list', { name: 'Findings' }).getByRole('listitem');
  await finding.filter({ hasText: 'Line 2' }).waitFor();
  const marked = editor.locator('.cm-lintRange-error');
  expect(await marked.first().textContent()).toContain('context.nothing');
  expect(await editor.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('Correct the errors first.').waitFor();
  await expectAccessible(page, 'Create policy, with an error');

  await editor.fill('permit (principal, action, resource)\nwhen { context.path == "" };');
  await page.getByText('No errors.').waitFor();
  expect(await marked.count()).toBe(0);
  expect(await finding.count()).toBe(0);
});

it('never shows an answer for a text that was typed over', async () => {
  const page = await openNewPolicy();
  const { promise: slow, resolve: answerSlow } = Promise.withResolvers<void>();
  await page.route('**/v1/policies/validate', async (route) => {
    if (route.request().postData()?.includes('wrong')) await slow;
    await route.continue().catch(() => undefined);
  });
  const asked = page.waitForRequest((each) => each.postData()?.includes('wrong') === true);
  await editorOf(page).fill('wrong');
  await asked;
  await editorOf(page).fill('permit (principal, action, resource);');
  const answered = page.waitForResponse('**/v1/policies/validate');
  await answered;
  answerSlow();
  await page.getByText('Enter a name.').waitFor();
  await eventually(() => page.getByText('No errors.').count()).toBe(1);
  expect(await page.getByRole('list', { name: 'Findings' }).getByRole('listitem').count()).toBe(0);
});

it('completes from the schema, and lets the keyboard out with Tab', async () => {
  const page = await openNewPolicy();
  const editor = editorOf(page);
  await editor.click();
  await page.keyboard.type('permit (principal, action, resource) when { principal.');
  const offered = page.getByRole('listbox').getByRole('option');
  await offered.filter({ hasText: 'expiresAt' }).waitFor();
  await expectAccessible(page, 'Create policy, with completion open');
  await page.keyboard.type('tag');
  await offered.filter({ hasText: 'tags' }).waitFor();
  await page.keyboard.press('Enter');
  expect(await editor.textContent()).toContain('principal.tags');
  await page.keyboard.press('Tab');
  expect(await hasFocus(editor)).toBe(false);
});

it('says that disabling the last permit refuses everything, and disables it', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/policies');
  await page.getByRole('button', { name: `Actions for ${DEFAULT_POLICY.name}` }).click();
  await page.getByRole('menuitem', { name: 'Disable…' }).click();
  const dialog = page.getByRole('dialog', { name: `Disable ${DEFAULT_POLICY.name}?` });
  await dialog.getByText('No other enabled policy permits requests in default.').waitFor();
  await expectAccessible(page, 'Disable the last permit');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const { id } = await addPolicy(dashboard, {
    ...{ name: 'everywhere', workspaceId: null, text: 'permit (principal, action, resource);' },
  });
  await page.reload();
  await page.getByRole('button', { name: `Actions for ${DEFAULT_POLICY.name}` }).click();
  await page.getByRole('menuitem', { name: 'Disable…' }).click();
  await dialog.getByText('Requests that no other policy permits are refused.').waitFor();
  await dialog.getByRole('button', { name: 'Disable policy' }).click();
  await page.getByText(`Disabled ${DEFAULT_POLICY.name}`).waitFor();
  expect(await dialog.getByText('No other enabled policy').count()).toBe(0);

  await page.getByRole('button', { name: 'Actions for everywhere' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByText('You cannot undo this.').waitFor();
  await page.getByRole('button', { name: 'Delete policy' }).click();
  await page.getByText('Deleted everywhere').waitFor();
  const left = await listPolicies(dashboard);
  expect(left.some((each) => each.id === id)).toBe(false);
  expect(left.find(({ name }) => name === DEFAULT_POLICY.name)?.status).toBe('disabled');
});

it('shows those of the chosen workspace and of the organization, on a phone too', async () => {
  const other = await dashboard.owner.post<{ id: string }>('/v1/workspaces', {
    ...{ name: 'staging', environment: 'test' },
  });
  const name = 'n'.repeat(64);
  await addPolicy(dashboard, { name, workspaceId: other.body.id });
  const page = await openWindow(dashboard, { as: dashboard.owner, width: 360, height: 740 });
  await page.goto('/policies');
  const row = page.getByRole('row').filter({ hasText: name });
  await row.getByText('staging').filter({ visible: true }).waitFor();
  await expectAccessible(page, 'Policies on a phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel('Switch workspace').selectOption({ label: 'default' });
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Read-only CI' }).waitFor();
});

it('loads the editor on pages that show it, and on no other', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const loaded: string[] = [];
  page.on('request', (each) => loaded.push(each.url()));
  await page.goto('/policies');
  await page.getByRole('link', { name: 'Read-only CI' }).waitFor();
  expect(loaded.filter((url) => url.includes('cedar-editor'))).toEqual([]);
  await page.getByRole('link', { name: 'Read-only CI' }).click();
  await editorOf(page).waitFor();
  expect(loaded.filter((url) => url.includes('cedar-editor'))).toHaveLength(1);
});

async function openNewPolicy(): Promise<Page> {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/policies');
  await page.getByRole('link', { name: 'Create policy' }).click();
  await page.getByRole('heading', { name: 'Create policy', level: 1 }).waitFor();
  await editorOf(page).waitFor();
  return page;
}
