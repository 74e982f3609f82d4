import { readFile, writeFile } from 'node:fs/promises';
import { HOSTILE_NAMES } from '@tollkeeper/contract/testing';
import { beforeAll, expect, it } from 'vitest';
import { makeKey } from '../../apps/control-plane/src/testing/start-organization.ts';
import { expectAccessible } from './accessible.ts';
import { type OwnDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

/** Where to keep what the pages look like, for somebody to look at. */
const LOOKS = process.env.LOOKS;

/** As long as a name may be, without a place to break it. */
const LONG_NAME = 'ci-pipeline-of-the-payments-team-in-the-region-eu-central-1-blue';

let dashboard: OwnDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
  for (const { text: name } of HOSTILE_NAMES) {
    await makeKey(dashboard, dashboard.owner, { name, profile: 'read-only' });
  }
});

it('makes a report, shows it, saves it as CSV and prints it; hostile names stay text', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const alerts: string[] = [];
  page.on('dialog', (dialog) => void alerts.push(dialog.message()));
  await page.goto('/compliance');
  await page.getByRole('button', { name: 'Make report' }).click();
  const form = page.getByRole('dialog', { name: 'Make a report' });
  await form.getByLabel('Unused keys').check();
  await form.getByLabel('Not used for days').fill('0');
  await form.getByText('Enter a number of days').waitFor();
  await form.getByLabel('Access review').check();
  await expectAccessible(page, 'Make a report');
  await form.getByRole('button', { name: 'Make report' }).click();
  const table = page.getByRole('table', { name: /^Access review/ });
  for (const { text } of HOSTILE_NAMES.slice(0, 3)) await table.getByText(text).first().waitFor();
  await expectAccessible(page, 'A compliance report');
  await look(page, 'report');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^access_review-.*\.csv$/);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.trimEnd().split('\r\n')).toHaveLength(HOSTILE_NAMES.length + 1);
  await page.getByRole('link', { name: 'Print' }).click();
  const printed = page.getByRole('table', { name: 'Access review' });
  await printed.waitFor();
  expect(await printed.locator('tbody tr').count()).toBe(HOSTILE_NAMES.length);
  for (const { text } of HOSTILE_NAMES) {
    expect(await printed.locator('td:first-child').allInnerTexts()).toContain(text);
  }
  await expectAccessible(page, 'A printable report');
  if (LOOKS) {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.screenshot({ path: `${LOOKS}/print.png` });
    await page.emulateMedia({ media: null });
  }
  const pdf = await page.pdf();
  expect(pdf.length).toBeGreaterThan(10_000);
  if (LOOKS) await writeFile(`${LOOKS}/print.pdf`, pdf);
  expect(alerts).toEqual([]);
  const exports = await dashboard.query<{ after: { format: string } }>(
    `select after from audit_event where action = 'compliance_report.export' order by sequence`,
  );
  expect(exports.map(({ after }) => after.format)).toEqual(['csv', 'print']);
});

it('starts a review campaign, in which its owner confirms one key and revokes another', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/compliance/campaigns');
  await page.getByRole('button', { name: 'Start campaign' }).click();
  const form = page.getByRole('dialog', { name: 'Start a review campaign' });
  await form.getByLabel('Name', { exact: true }).fill('Q4 access review');
  await expectAccessible(page, 'Start a review campaign');
  await form.getByRole('button', { name: 'Start campaign' }).click();
  await page.getByRole('heading', { name: 'Q4 access review' }).waitFor();
  await page.getByText(`0 of ${HOSTILE_NAMES.length} decided`).waitFor();
  await expectAccessible(page, 'A review campaign');
  await look(page, 'campaign');

  await page.goto('/api-keys');
  await page.getByRole('link', { name: 'Review them' }).click();
  const [first, second] = HOSTILE_NAMES.slice(-2).map(({ text }) => text);
  await page.getByRole('button', { name: `Confirm ${first}`, exact: true }).click();
  await page.getByText(`Confirmed ${first}`).waitFor();
  await page.getByRole('button', { name: `Revoke ${second}`, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText(`Revoked ${second}`).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await expectAccessible(page, 'Keys for you to review, narrow');
  await look(page, 'reviews-narrow');
  expect(await scrollsSideways(page), 'the page scrolls sideways').toBe(false);
  await page.getByRole('link', { name: 'Review campaigns' }).click();
  await page.getByRole('link', { name: 'Q4 access review' }).click();
  await page.getByText(`2 of ${HOSTILE_NAMES.length} decided`).waitFor();
  await expectAccessible(page, 'A review campaign, narrow');
  await look(page, 'campaign-narrow');
});

it('stops a key that leaked, and shows what the calls of the others used; in a narrow window too', async () => {
  const leaked = await makeKey(dashboard, dashboard.owner, {
    ...{ name: LONG_NAME, profile: 'read-only' },
  });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/leaks');
  await page.getByText('No leaks reported').waitFor();
  await look(page, 'leaks-empty');
  await page.getByRole('button', { name: 'Report a key' }).click();
  const form = page.getByRole('dialog', { name: 'Report a leaked key' });
  await form.getByLabel('Key', { exact: true }).fill(leaked.secret.slice(0, -1));
  await form.getByText('Enter the whole key, or its id.').waitFor();
  await form.getByLabel('Key', { exact: true }).fill(leaked.secret);
  await form.getByLabel('Where it was found').fill(`https://paste.example/${'a'.repeat(200)}`);
  await expectAccessible(page, 'Report a leaked key');
  await form.getByRole('button', { name: 'Report key' }).click();
  await page.getByText(`Reported ${LONG_NAME}`).waitFor();
  const reports = page.getByRole('table', { name: 'Reports of leaked keys' });
  await reports.getByText('Disabled').waitFor();
  await expectAccessible(page, 'Leaks');
  await look(page, 'leaks');
  await page.setViewportSize({ width: 360, height: 740 });
  await expectAccessible(page, 'Leaks, narrow');
  await look(page, 'leaks-narrow');
  expect(await scrollsSideways(page), 'the leaks scroll sideways').toBe(false);
  await page.getByRole('button', { name: `Open the report of ${LONG_NAME}` }).click();
  await page.getByRole('dialog').getByText('paste.example').waitFor();
  await expectAccessible(page, 'A report of a leak, narrow');
  await look(page, 'leak-narrow');

  await page.goto('/compliance/access-review');
  const reviews = page.getByRole('table', { name: 'Access review' });
  await reviews.getByText(LONG_NAME).waitFor();
  await look(page, 'access-review-narrow');
  expect(await scrollsSideways(page), 'the access review scrolls sideways').toBe(false);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expectAccessible(page, 'Access review');
  await look(page, 'access-review');
  await page.getByLabel('Advice').selectOption({ label: 'Remove unused scopes' });
  await page.getByText('No key has this advice.').waitFor();
  await look(page, 'access-review-empty');

  const scopes = ['audit.read', 'usage.read'];
  const used = await makeKey(dashboard, dashboard.owner, { name: 'ci', profile: 'custom', scopes });
  await used.client.get('/v1/usage');
  await dashboard.services.usage.flush();
  await page.goto(`/api-keys/${used.id}`);
  await page.getByRole('button', { name: 'Remove unused scopes' }).click();
  const apply = page.getByRole('dialog', { name: 'Remove 1 scope from ci?' });
  await apply.getByText('0 of 1 call would have been refused.').waitFor();
  await expectAccessible(page, 'Apply an access review');
  await apply.getByRole('button', { name: 'Remove scopes' }).click();
  await page.getByText('Removed 1 scope from ci').waitFor();
  expect((await used.client.get('/v1/audit-events')).status).toBe(403);
});

async function scrollsSideways(page: Awaited<ReturnType<typeof openWindow>>): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}

async function look(page: Awaited<ReturnType<typeof openWindow>>, name: string): Promise<void> {
  if (!LOOKS) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${LOOKS}/${name}-${colorScheme}.png` });
  }
}
