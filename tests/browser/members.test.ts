import type { Role } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openKeys, rowOf, seeStatus } from './key-list.ts';
import { acceptInvitation, changeMember, invite, memberRow, openMembers } from './member-list.ts';
import { callWith, takeSecret } from './secret.ts';
import { openWindow } from './window.ts';

const GRACE = 'Grace Hopper';
let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('follows a member from the invitation to the removal, and their key with them', async () => {
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  const link = await invite(owner, 'grace@example.com', 'Developer');
  const grace = await openWindow(dashboard);
  await acceptInvitation(grace, link, GRACE);
  const secret = await createKey(grace);
  const answer = () => callWith(dashboard.baseUrl, secret);
  expect(await answer()).toBe('valid');

  await demote(owner, grace);
  expect(await answer()).toBe('valid');
  await suspend(owner, grace);
  expect(await answer()).toBe('owner_inactive');
  await reinstate(owner, grace);
  expect(await answer()).toBe('valid');
  await removeWithHandover(owner, grace);
  expect(await answer()).toBe('valid');

  await openKeys(owner);
  await seeStatus(owner, 'grace-editor', 'Active');
  await rowOf(owner, 'grace-editor').getByText('Ada Owner').waitFor();
});

it('says of an invitation why it cannot be accepted', async () => {
  const role = { name: 'Inviter', description: '', scopes: ['members.read', 'members.invite'] };
  const { body } = await dashboard.owner.post<Role>('/v1/roles', role);
  const inviter = await join(dashboard, dashboard.owner, 'Ivy', body.id);
  await inviter.client.post('/v1/invitations', { email: 'ken@example.com', roleId: body.id });
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  await openMembers(owner);
  const table = owner.getByRole('table', { name: 'Open invitations' });
  await table.getByRole('cell', { name: /^Active/ }).waitFor();
  await changeMember(owner, 'Ivy', 'Suspend…', async (dialog) => {
    await dialog.getByRole('button', { name: 'Suspend' }).click();
  });
  await owner.reload();
  await table.getByRole('cell', { name: /^Blocked/ }).waitFor();
  await table.getByText('The member who sent it is suspended.').waitFor();
});

it('says of an invitation that its mail failed, until it is sent again', async () => {
  const invited = { email: 'lin@example.com', roleId: 'role_viewer' };
  await dashboard.owner.post('/v1/invitations', invited);
  // As the outbox does once it gives up.
  await dashboard.query(`update invitation set mail_failed_at = now() where email = $1`, [
    invited.email,
  ]);
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  await openMembers(owner);
  const table = owner.getByRole('table', { name: 'Open invitations' });
  const row = table.getByRole('row').filter({ hasText: invited.email });
  await row.getByRole('cell', { name: /^Mail failed/ }).waitFor();
  const note = table.getByText('The mail could not be sent, so nobody has the link. Resend it.');
  await note.waitFor();
  await owner.getByRole('button', { name: `Actions for ${invited.email}` }).click();
  await owner.getByRole('menuitem', { name: 'Resend' }).click();
  await owner.getByRole('button', { name: 'Copy link' }).click();
  await owner.getByRole('button', { name: 'Done' }).click();
  await row.getByRole('cell', { name: /^Active/ }).waitFor();
  await note.waitFor({ state: 'hidden' });
});

it('opens an invitation only once, and forgets its token', async () => {
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  const link = await invite(owner, 'linus@example.com', 'Viewer');
  const first = await openWindow(dashboard);
  await acceptInvitation(first, link, 'Linus');

  const second = await openWindow(dashboard);
  await second.goto(link);
  expect(second.url()).not.toContain('token');
  await second.getByRole('alert').waitFor();
  expect(await second.getByRole('button', { name: 'Accept invitation' }).count()).toBe(0);

  // In the same tab, where the new address differs in its fragment only.
  await acceptInvitation(second, await invite(owner, 'margaret@example.com', 'Viewer'), 'Margaret');
});

it('warns before a member whose address is not confirmed becomes the owner', async () => {
  const owner = await openWindow(dashboard, { as: dashboard.owner });
  const link = await invite(owner, 'alan@example.com', 'Admin');
  await acceptInvitation(await openWindow(dashboard), link, 'Alan');
  await owner.goto('/organization');
  await owner.getByRole('button', { name: 'Transfer…' }).click();
  const dialog = owner.getByRole('dialog', { name: 'Transfer ownership' });
  const heir = 'Alan (alan@example.com) · Address not confirmed';
  await dialog.getByLabel('New owner').selectOption({ label: heir });
  await dialog
    .getByRole('alert')
    .getByText(/Check with alan@example.com/)
    .waitFor();
});

async function createKey(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create key' });
  await dialog.getByLabel('Name', { exact: true }).fill('grace-editor');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  return takeSecret(page);
}

/** A viewer creates nothing, and neither do the keys that they made before. */
async function demote(owner: Page, grace: Page): Promise<void> {
  await openMembers(owner);
  await memberRow(owner, GRACE).getByRole('cell', { name: '1', exact: true }).waitFor();
  await changeMember(owner, GRACE, 'Change role…', async (dialog) => {
    await dialog.getByLabel('Role').selectOption({ label: 'Viewer' });
    await dialog.getByRole('button', { name: 'Change role' }).click();
  });
  await memberRow(owner, GRACE).getByRole('cell', { name: 'Viewer' }).waitFor();

  await openKeys(grace);
  await grace.getByRole('link', { name: 'grace-editor', exact: true }).click();
  await grace.getByText('not in force', { exact: true }).first().waitFor();
  expect(await grace.getByRole('button', { name: 'Rotate secret' }).count()).toBe(0);
}

async function suspend(owner: Page, grace: Page): Promise<void> {
  await changeMember(owner, GRACE, 'Suspend…', async (dialog) => {
    await dialog.getByText(/their 1 live key are refused at once/).waitFor();
    await dialog.getByRole('button', { name: 'Suspend' }).click();
  });
  await memberRow(owner, GRACE).getByRole('cell', { name: 'Suspended' }).waitFor();
  await grace.goto('/api-keys');
  await grace
    .getByText(/suspended/i)
    .first()
    .waitFor();
}

async function reinstate(owner: Page, grace: Page): Promise<void> {
  await changeMember(owner, GRACE, 'Reinstate…', async (dialog) => {
    await dialog.getByRole('button', { name: 'Reinstate' }).click();
  });
  await memberRow(owner, GRACE).getByRole('cell', { name: 'Active' }).waitFor();
  await openKeys(grace);
  await seeStatus(grace, 'grace-editor', 'Active');
}

async function removeWithHandover(owner: Page, grace: Page): Promise<void> {
  await changeMember(owner, GRACE, 'Remove…', async (dialog) => {
    await dialog.getByRole('radio', { name: 'Hand the keys over' }).check();
    const heir = dialog.getByLabel('New owner of the keys');
    await heir.selectOption({ label: 'Ada Owner (ada@example.com, Owner)' });
    await dialog.getByRole('button', { name: 'Remove member' }).click();
  });
  await memberRow(owner, GRACE).waitFor({ state: 'hidden' });
  await grace.goto('/api-keys');
  await grace.getByText('You belong to no organization here').waitFor();
  await grace.getByRole('button', { name: 'Sign out' }).click();
  await grace.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
}
