/** Before what gives power away, the person signs in again over the page, and then goes on. */
import type { Identity, Role } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { totpCode } from '../../apps/control-plane/src/testing/totp.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { changeMember, memberRow, openMembers } from './member-list.ts';
import { takeSecret } from './secret.ts';
import { fillSignIn } from './sign-in.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('asks before a key may delete the organization, of which the form warns, and creates it then', async () => {
  const page = await openAfterAnHour();
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  const form = page.getByRole('dialog', { name: 'Create key' });
  await form.getByLabel('Name', { exact: true }).fill('final');
  await form.getByRole('radio', { name: 'Custom' }).check();
  await form.getByRole('checkbox', { name: 'organization.read' }).check();
  expect(await form.getByText(/without a password/).count()).toBe(0);
  await form.getByRole('checkbox', { name: 'organization.delete' }).check();
  await form.getByText('This key can delete the organization without a password.').waitFor();
  await form.getByRole('button', { name: 'Create key' }).click();
  const question = questionOf(page);
  await question.getByRole('button', { name: 'Confirm' }).waitFor();
  await expectAccessible(page, 'Confirm it is you');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await form.getByText(/needs a sign-in from the last 10 minutes/).waitFor();

  await form.getByRole('button', { name: 'Create key' }).click();
  await confirm(question, { password: 'not the password' });
  await question.getByText('The password is wrong.').waitFor();
  await confirm(question, { password: OWNER.password });
  expect(await takeSecret(page)).toMatch(/^tk_live_/);
});

it('asks before a member gets a role that may delete the organization, and gives it then', async () => {
  await dashboard.query('update session set authenticated_at = now()');
  const heirs = { name: 'Heirs', scopes: ['members.read', 'organization.delete'] };
  expect((await dashboard.owner.post<Role>('/v1/roles', heirs)).status).toBe(201);
  const member = await join(dashboard, dashboard.owner, 'Heir', 'role_viewer');
  const page = await openAfterAnHour();
  await openMembers(page);
  await changeMember(page, 'Heir', 'Change role…', async () => {
    const form = page.getByRole('dialog', { name: 'Change the role of Heir' });
    await form.getByLabel('Role').selectOption({ label: 'Heirs' });
    await form.getByRole('button', { name: 'Change role' }).click();
    await confirm(questionOf(page), { password: OWNER.password });
  });
  await memberRow(page, 'Heir').getByRole('cell', { name: 'Heirs' }).waitFor();
  const { body } = await member.client.get<Identity>('/v1/whoami');
  expect(body.scopes).toContain('organization.delete');
});

it('asks for the password once before the ownership is transferred', async () => {
  await join(dashboard, dashboard.owner, 'Successor', 'role_admin');
  const page = await openAfterAnHour();
  await page.goto('/organization');
  await page.getByRole('button', { name: 'Transfer…' }).click();
  const form = page.getByRole('dialog', { name: 'Transfer ownership' });
  const option = form.getByRole('option', { name: /Successor/ });
  await form.getByLabel('New owner').selectOption((await option.getAttribute('value')) ?? '');
  await form.getByLabel('Your password').fill(OWNER.password);
  await form.getByRole('button', { name: 'Transfer ownership' }).click();
  await page.getByText('Transferred the organization. You are an admin now.').waitFor();
});

it('asks for the password once before an authenticator app is added, then for a code of it', async () => {
  const page = await openAfterAnHour();
  await page.goto('/account-security');
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  const enrolment = page.getByRole('dialog', { name: 'Set up an authenticator app' });
  await enrolment.getByLabel('Your password').fill('not the password');
  await enrolment.getByRole('button', { name: 'Continue' }).click();
  await enrolment.getByText('The password is wrong.').waitFor();
  await enrolment.getByLabel('Your password').fill(OWNER.password);
  await enrolment.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('img', { name: 'QR code of the secret' }).waitFor();
  const uri = (await page.getByRole('link', { name: 'open the app' }).getAttribute('href')) ?? '';
  await page.getByLabel('Code', { exact: true }).fill(totpCode(uri, Date.now()));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('button', { name: 'Copy codes' }).click();
  const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  const backupCode = (await codes.first().textContent()) ?? '';
  await page.getByRole('button', { name: 'Done' }).click();

  await letAnHourPass();
  await page.getByRole('button', { name: 'New backup codes' }).click();
  const renewal = page.getByRole('dialog', { name: 'New backup codes' });
  await renewal.getByLabel('Your password').fill(OWNER.password);
  await renewal.getByRole('button', { name: 'Create new codes' }).click();
  const question = questionOf(page);
  await question.getByRole('button', { name: 'Use a backup code instead' }).click();
  expect(await question.getByLabel('Your password').count()).toBe(0);
  await question.getByLabel('Backup code').fill('not a code');
  await question.getByRole('button', { name: 'Confirm' }).click();
  await question.getByText('The code is wrong').waitFor();
  await confirm(question, { password: OWNER.password, 'Backup code': backupCode });
  await page.getByRole('button', { name: 'Copy codes' }).waitFor();
});

/** A window of its own session: confirming gives it another cookie. */
async function openAfterAnHour(): Promise<Page> {
  const page = await openWindow(dashboard);
  await page.goto('/');
  await fillSignIn(page, OWNER.email, OWNER.password);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  await letAnHourPass();
  return page;
}

async function letAnHourPass(): Promise<void> {
  await dashboard.query(`update session set authenticated_at = now() - interval '1 hour'`);
}

function questionOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Confirm it is you' });
}

async function confirm(
  question: Locator,
  { password, ...codes }: { password: string; 'Backup code'?: string },
): Promise<void> {
  await question.getByLabel('Your password').fill(password);
  for (const [label, code] of Object.entries(codes)) await question.getByLabel(label).fill(code);
  const button = question.getByRole('button', { name: 'Confirm' });
  expect(await button.isDisabled()).toBe(false);
  await button.click();
}
