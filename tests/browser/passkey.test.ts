/** The whole passkey ceremony, with an authenticator that Chromium plays. */
import type { CDPSession, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { takeSecret } from './secret.ts';
import { fillSignIn, signOut } from './sign-in.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise', { host: 'localhost' });
});

it('adds a passkey, signs in with it, and confirms with it before a key may delete everything', async () => {
  const page = await openWindow(dashboard);
  const authenticator = await addAuthenticator(page);
  await page.goto('/account-security');
  await fillSignIn(page, OWNER.email, OWNER.password);
  await addPasskey(page, 'Work laptop');
  await expectAccessible(page, 'Account security with a passkey');

  await signOut(page, 'Sign out');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  await page.goto('/account-security');
  await page
    .getByRole('region', { name: 'This session' })
    .getByText('passkey', { exact: true })
    .waitFor();

  await dashboard.query(`update session set authenticated_at = now() - interval '1 hour'`);
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Create key' }).first().click();
  const form = page.getByRole('dialog', { name: 'Create key' });
  await form.getByLabel('Name', { exact: true }).fill('final');
  await form.getByRole('radio', { name: 'Custom' }).check();
  await form.getByRole('checkbox', { name: 'organization.delete' }).check();
  await form.getByRole('button', { name: 'Create key' }).click();
  const question = page.getByRole('dialog', { name: 'Confirm it is you' });
  const confirm = question.getByRole('button', { name: 'Use a passkey' });
  await confirm.waitFor();
  expect(await question.getByLabel('Your password').count()).toBe(0);
  await expectAccessible(page, 'Confirm with a passkey');

  const giveBack = await authenticator.takeAway();
  await confirm.click();
  await question.getByText('No passkey was given. Try again when you are ready.').waitFor();
  await giveBack();
  await confirm.click();
  expect(await takeSecret(page)).toMatch(/^tk_live_/);
});

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('region', { name: 'Passkeys' }).getByText(name).waitFor();
}

/** One that holds passkeys itself and recognizes its person, as a laptop does. */
async function addAuthenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  return { takeAway: () => takeAway(cdp, authenticatorId) };
}

/** @returns what puts the passkeys back */
async function takeAway(cdp: CDPSession, authenticatorId: string): Promise<() => Promise<void>> {
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
  return async () => {
    for (const credential of credentials) {
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
    }
  };
}
