/** The audit log: the list, an event, what is followed, and what is proved. */
import { readFile } from 'node:fs/promises';
import type { AuditLog, Policy } from '@tollkeeper/contract';
import { parseVkey, receiptText, verifyExport, verifyReceipt } from '@tollkeeper/transparency-log';
import type { Locator, Page, Response } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { integrateAuditLogs } from '../../apps/control-plane/src/transparency-log/index.ts';
import { change, createKey, type Key } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type OwnDashboard, startDashboard } from './dashboard.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: OwnDashboard;
let key: Key;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  const { owner } = dashboard;
  key = await createKey(owner, 'a-key-whose-name-is-as-long-as-a-name-may-be-so-that-it-is-cut-x');
  await change(owner, key, 'disable');
  await change(owner, key, 'revoke');
  const { body } = await owner.get<{ data: Policy[] }>('/v1/policies');
  const [policy] = body.data;
  if (policy) await editPolicy(policy.id);
});

it('finds events by filters that its address keeps, and opens one to what changed', async () => {
  const page = await openAuditLog();
  await eventAt(page, 'Edited a policy').waitFor();
  await page.getByLabel('Action', { exact: true }).selectOption('API keys: everything');
  await eventually(() => events(page)).toEqual([
    ...['Revoked an API key', 'Disabled an API key', 'Created an API key'],
  ]);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('IP address').fill('203.0.113.9');
  await page.getByRole('heading', { name: 'No event matches' }).waitFor();
  await expectAccessible(page, 'No event matches');
  await page.getByLabel('IP address').fill('');
  await eventually(() => events(page)).toHaveLength(3);

  await eventAt(page, 'Disabled an API key').click();
  const changes = page.getByRole('region', { name: 'What changed' });
  await changes.getByText(/^from active →\s*to disabled$/).waitFor();
  await expectAccessible(page, 'An audit event');
  await page.getByRole('link', { name: 'All events about it' }).click();
  await eventually(() => events(page)).toHaveLength(3);
  expect(new URL(page.url()).searchParams.get('target')).toBe(key.id);
  await page.goBack();
  await changes.waitFor();
  await page.locator('#main').getByRole('link', { name: 'Audit log' }).click();
  const action = page.getByLabel('Action', { exact: true });
  await eventually(() => action.inputValue()).toBe('api_key.*');
});

it('shows the lines of a policy that changed, also in a narrow window', async () => {
  // An address may be mistyped: what no server takes is left out.
  const page = await openAuditLog('?action=policy.update&from=nonsense&type=bogus', 360);
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page, 'The audit log in a narrow window');
  await eventAt(page, 'Edited a policy').click();
  const diff = page.getByRole('figure', { name: 'Changes of Text' });
  await diff.getByText('Added: forbid (principal, action, resource);').waitFor();
  await expectNoSidewaysScrolling(page);
  await page.goto('/audit-log/evt_00000000000000000000');
  await page.getByRole('heading', { name: 'There is no such event' }).waitFor();
});

it('adds events as they happen, and moves nothing under a reader who has scrolled down', async () => {
  const page = await openAuditLog('', 1440, 400);
  const own = await createKey(dashboard.owner, 'followed');
  await eventually(async () => (await events(page))[0]).toBe('Created an API key');
  // Over the navigation, the wheel would scroll that.
  await page.mouse.move(900, 200);
  await page.mouse.wheel(0, 400);
  await page.waitForFunction(() => scrollY > 200);
  const first = page.getByRole('row').nth(1);
  const before = await first.textContent();
  await change(dashboard.owner, own, 'disable');
  await page.getByRole('button', { name: '1 new event' }).waitFor();
  expect(await first.textContent()).toBe(before);
  await page.getByRole('button', { name: '1 new event' }).click();
  await eventually(async () => (await events(page))[0]).toBe('Disabled an API key');
});

it('exports the events that the filters of the list match, and says how it goes', async () => {
  const page = await openAuditLog('?action=api_key.revoke');
  const dialog = await openExport(page);
  await expectAccessible(page, 'The export of events');
  const text = await downloaded(page, dialog.getByRole('button', { name: 'Export' }));
  await dialog.getByText(/^Saved .* as audit-events\.jsonl/).waitFor();
  const lines = text.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).action)).toEqual(['api_key.revoke']);
});

it('shows on the page of a key what happened to it', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/api-keys/${key.id}`);
  const own = page.getByRole('region', { name: 'Audit log' });
  await own.getByRole('link', { name: 'Revoked an API key' }).waitFor();
  expect(await own.getByRole('listitem').count()).toBe(3);
  await own.getByRole('link', { name: 'All about this key' }).click();
  await eventually(() => events(page)).toHaveLength(3);
});

it('gives a receipt and an export that anyone verifies without the server', async () => {
  await integrateAuditLogs(dashboard.services);
  const { body: log } = await dashboard.owner.get<AuditLog>('/v1/audit-log');
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/api-keys/${key.id}`);
  const receipt = await downloaded(page, page.getByRole('button', { name: 'Download receipt' }));
  const proven = verifyReceipt(receipt, { logKey: log.publicKey });
  expect(receipt).toBe(receiptText(proven.receipt));
  expect(proven.event).toMatchObject({ action: 'api_key.revoke', target: { id: key.id } });

  await page.goto('/audit-log?action=api_key.revoke');
  const dialog = await openExport(page);
  await dialog.getByLabel('With proof').check();
  const text = await downloaded(page, dialog.getByRole('button', { name: 'Export' }));
  const trust = { key: parseVkey(log.publicKey) };
  expect(await verifyExport(text.trim().split('\n'), trust)).toMatchObject({ events: 1 });
  const command = dialog.getByLabel('Verify on the command line');
  expect(await command.inputValue()).toBe(
    `tollkeeper audit verify audit-events.jsonl --key ${log.publicKey}`,
  );
});

it('says what is signed, and sets how long events are kept', async () => {
  const page = await openAuditLog();
  const refused = await refusedWhile(page, async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Proof and retention' }).click();
    const dialog = page.getByRole('dialog', { name: 'Transparency log' });
    await expectAccessible(page, 'The transparency log');
    const days = dialog.getByLabel('Keep events, in days');
    await days.fill('7');
    await dialog.getByText('Use a whole number of days, from 30 to').waitFor();
    await days.fill('90');
    await dialog.getByRole('button', { name: 'Save retention' }).click();
    await page.getByText('Events are kept for 90 days').waitFor();
  });
  const { body } = await dashboard.owner.get<AuditLog>('/v1/audit-log');
  expect([body.retentionDays, refused]).toEqual([90, []]);
});

async function openExport(page: Page): Promise<Locator> {
  // Headless browsers show no picker; the file is then a download.
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.getByRole('button', { name: 'Export' }).click();
  return page.getByRole('dialog', { name: 'Export events' });
}

async function downloaded(page: Page, button: Locator): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await download.path(), 'utf8');
}

/** The requests that were refused meanwhile: on a healthy page, none. */
async function refusedWhile(page: Page, work: () => Promise<void>): Promise<string[]> {
  const refused: string[] = [];
  const note = (answer: Response) => {
    if (answer.status() >= 400) refused.push(`${answer.status()}: ${answer.url()}`);
  };
  page.on('response', note);
  await work();
  page.off('response', note);
  return refused;
}

async function openAuditLog(search = '', width = 1440, height = 900): Promise<Page> {
  const page = await openWindow(dashboard, { as: dashboard.owner, width, height });
  await page.goto(`/audit-log${search}`);
  await page.getByRole('row').nth(1).waitFor();
  return page;
}

function eventAt(page: Page, words: string) {
  return page.getByRole('table', { name: 'Events' }).getByRole('link', { name: words }).first();
}

/** What the list says happened, from top to bottom. */
function events(page: Page): Promise<string[]> {
  return page.getByRole('table', { name: 'Events' }).getByRole('link').allTextContents();
}

async function editPolicy(id: string): Promise<void> {
  const { body } = await dashboard.owner.get<Policy>(`/v1/policies/${id}`);
  const text = `${body.text}\nforbid (principal, action, resource);`;
  await dashboard.owner.patch(`/v1/policies/${id}`, { text, etag: body.etag });
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBeLessThanOrEqual(0);
}
