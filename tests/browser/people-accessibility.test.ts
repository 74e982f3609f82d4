import { beforeAll, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { invite, openMembers } from './member-list.ts';
import { openWindow } from './window.ts';

const PAGES = [
  { path: '/roles', title: 'Roles', shows: 'Developer' },
  { path: '/workspaces', title: 'Workspaces', shows: 'default' },
  { path: '/organization', title: 'Organization', shows: 'Danger zone' },
  { path: '/security', title: 'Security', shows: 'What this change affects' },
  { path: '/account-security', title: 'Account security', shows: 'Set up authenticator app' },
];

const DIALOGS = [
  { path: '/members', button: 'Invite member' },
  { path: '/roles', button: 'Create role' },
  { path: '/workspaces', button: 'Create workspace' },
  { path: '/fleet', button: 'New join key' },
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
    await page.goto(path);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.getByText(shows, { exact: true }).filter({ visible: true }).first().waitFor();
    await expectAccessible(page, title);
  }
});

it('lets everybody use the dialogs of members and of the organization', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  for (const { path, button } of DIALOGS) {
    await page.goto(path);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog', { name: button }).locator('form').waitFor();
    await expectAccessible(page, button);
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
