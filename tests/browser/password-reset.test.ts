import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import {
  type SmtpServer,
  startSmtpServer,
} from '../../apps/control-plane/src/testing/smtp-server.ts';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { hasFocus } from './keyboard.ts';
import { fillSignIn } from './sign-in.ts';
import { eventually, openWindow } from './window.ts';

const NEW_PASSWORD = 'an entirely new passphrase';

let dashboard: ClaimedDashboard;
let smtp: SmtpServer;

beforeAll(async () => {
  smtp = await startSmtpServer();
  dashboard = await startDashboard('enterprise', {
    mail: { url: smtp.url, from: 'keys@example.com' },
  });
});

it('leads from a forgotten password, by the mail, to a new one, even in the tab of a dead link', async () => {
  const page = await openWindow(dashboard, { width: 390 });
  await page.goto('/');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Email').fill(OWNER.email);
  await expectAccessible(page, 'Forgotten password');
  await page.getByRole('button', { name: 'Email me a link' }).click();
  await page.getByText(`If ${OWNER.email} has an account`).waitFor();
  await expectAccessible(page, 'Link on its way');

  await eventually(() => smtp.mails.length).toBe(1);
  await openDeadLink(page);
  await page.goto(linkIn(smtp.mails[0]?.message ?? ''));
  await page.getByText(`for ${OWNER.email}`).waitFor();
  expect(page.url()).not.toContain('token');
  const change = page.getByRole('button', { name: 'Change password' });
  await page.getByLabel('New password').fill('too short');
  await page.getByLabel('Repeat the password').fill('another');
  await change.click();
  await page.getByText('Use at least 12 characters. This has 9.').waitFor();
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await change.click();
  await page.getByText('The two passwords are not the same.').waitFor();
  expect(await hasFocus(page.getByLabel('Repeat the password'))).toBe(true);
  await page.getByLabel('Repeat the password').fill(NEW_PASSWORD);
  expect(await page.getByText('The two passwords are not the same.').count()).toBe(0);
  await page.getByRole('button', { name: 'Show password' }).click();
  expect(await page.getByLabel('New password').getAttribute('type')).toBe('text');
  await expectAccessible(page, 'New password');
  await change.click();
  await page.getByText('Your password is changed').waitFor();
  await expectAccessible(page, 'Password changed');

  await page.getByRole('link', { name: 'Go to sign-in' }).click();
  await fillSignIn(page, OWNER.email, NEW_PASSWORD);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
});

it('says of a link that was used what to do', async () => {
  const page = await openWindow(dashboard);
  await openDeadLink(page);
  await page.getByText('Ask for a new one on the sign-in page.').waitFor();
  expect(await page.getByLabel('New password').count()).toBe(0);
  await page.reload();
  await page.getByText('Open the link again').waitFor();
});

async function openDeadLink(page: Page): Promise<void> {
  await page.goto('/reset-password#token=used');
  await page.getByText('This link no longer works').waitFor();
}

/** In a quoted-printable mail (RFC 2045, 6.7). */
function linkIn(message: string): string {
  const text = message.replace(/=\r\n/g, '').replace(/=3D/g, '=');
  return /https?:\/\/\S+#token=[\w-]{43}/.exec(text)?.[0] ?? '';
}
