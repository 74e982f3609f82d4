import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { totpCode } from '../../apps/control-plane/src/testing/totp.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { fillSignIn, signOut } from './sign-in.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('free');
});

it('asks for the code of the app after the password, and takes each backup code once', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const { uri, backupCode } = await enrol(page);

  await signInHalfWay(page);
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();

  await fillSignIn(page, OWNER.email, OWNER.password);
  const wrong = totpCode(uri, 0);
  await verify(page, 'Code', wrong);
  await page.getByText('The code is wrong or outdated.').waitFor();
  // The next code is right already; the present one was used to set the app up.
  await verify(page, 'Code', totpCode(uri, Date.now() + 30_000));
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();

  await signInHalfWay(page);
  await verifyBackup(page, backupCode);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();

  await signInHalfWay(page);
  await verifyBackup(page, backupCode);
  await page.getByText('The backup code is wrong, or was used already.').waitFor();
});

interface Enrolment {
  readonly uri: string;
  readonly backupCode: string;
}

async function enrol(page: Page): Promise<Enrolment> {
  await page.goto('/account-security');
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('img', { name: 'QR code of the secret' }).waitFor();
  await expectAccessible(page, 'Scan with your app');
  const uri = (await page.getByRole('link', { name: 'open the app' }).getAttribute('href')) ?? '';
  await verify(page, 'Code', totpCode(uri, Date.now()));

  const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  const backupCode = (await codes.first().textContent()) ?? '';
  expect(backupCode).not.toBe('');
  await page.getByRole('button', { name: 'Copy codes' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  const panel = page.getByRole('region', { name: 'Authenticator app' });
  await panel.getByText('On', { exact: true }).waitFor();
  return { uri, backupCode };
}

/** The password alone signs nobody in. */
async function signInHalfWay(page: Page): Promise<void> {
  await signOut(page, 'Sign out');
  await fillSignIn(page, OWNER.email, OWNER.password);
  await page.getByText('Now enter a code.').waitFor();
}

async function verify(page: Page, label: string, code: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(code);
  await page.getByRole('button', { name: 'Verify' }).click();
}

async function verifyBackup(page: Page, code: string): Promise<void> {
  await page.getByRole('button', { name: 'Use a backup code instead' }).click();
  await verify(page, 'Backup code', code);
}
