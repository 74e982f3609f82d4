import { beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { invite, openMembers } from './member-list.ts';
import { openWindow } from './window.ts';

/** Each by its link in the navigation, unless it has none there. */
const PAGES: readonly { path?: string; title: string; shows: string }[] = [
  { title: 'Roles', shows: 'Developer' },
  { title: 'Workspaces', shows: 'default' },
  { title: 'Organization', shows: 'Danger zone' },
  { title: 'Security', shows: 'What this change affects' },
  { path: '/account-security', title: 'Account security', shows: 'Set up authenticator app' },
];

const DIALOGS = [
  { link: 'Members', button: 'Invite member' },
  { link: 'Roles', button: 'Create role' },
  { link: 'Workspaces', button: 'Create workspace' },
  { link: 'Fleet', button: 'New join key' },
];

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
});

it('lets everybody use the pages of members and of the organization', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await invite(page, 'grace@example.com', 'Developer');
  await expectAccessible(page, 'Members');
  for (const { path, title, shows } of PAGES) {
    if (path) await page.goto(path);
    else await page.getByRole('link', { name: title, exact: true }).click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.getByText(shows, { exact: true }).filter({ visible: true }).first().waitFor();
    await expectAccessible(page, title);
  }
});

it('lets everybody use the dialogs of members and of the organization', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/members');
  for (const { link, button } of DIALOGS) {
    await page.getByRole('link', { name: link, exact: true }).click();
    await page.getByRole('button', { name: button }).click();
    const dialog = page.getByRole('dialog', { name: button });
    await dialog.locator('form').waitFor();
    await expectAccessible(page, button);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }
});

it('lets everybody accept an invitation', async () => {
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  await openMembers(owner);
  const link = await invite(owner, 'linus@example.com', 'Viewer');
  const page = await openWindow(dashboard);
  await page.goto(link);
  await page.getByRole('button', { name: 'Accept invitation' }).waitFor();
  await expectAccessible(page, 'An invitation');
});

it('says what the slug of an organization may be, and saves one that fits', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/organization');
  const slug = page.getByRole('textbox', { name: 'Slug' });
  await slug.fill('Acme & Sons');
  await page.getByText('Use lower-case letters, digits and, between them, hyphens').waitFor();
  await expectAccessible(page, 'Organization, with an error');
  await page.getByText('Correct the marked fields first.').waitFor();
  await slug.fill('acme-and-sons');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Saved the organization').waitFor();
  const { body } = await dashboard.owner.get<{ slug: string }>('/v1/organization');
  expect(body.slug).toBe('acme-and-sons');
});
