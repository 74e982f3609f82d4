import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { takeSecret } from './secret.ts';
import { fillSignIn, signOut } from './sign-in.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
});

/** All sign in from one address, in windows that the server does not know: ten a minute at most. */
beforeEach(async () => {
  await dashboard.query('delete from attempt');
});

it('keeps the theme that a person chose', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/');
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).check();
  await page.reload();
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(
    await page
      .getByRole('group', { name: 'Theme' })
      .getByRole('radio', { name: 'Dark' })
      .isChecked(),
  ).toBe(true);
});

it('leads a stranger to the page they asked for, once they have signed in', async () => {
  const { id } = await createKey(dashboard.owner, 'deep-link');
  const page = await openWindow(dashboard);
  await page.goto(`/api-keys/${id}`);
  await fillSignIn(page, OWNER.email, 'not the password');
  await page.getByText('The email or the password is wrong.').waitFor();

  await fillSignIn(page, OWNER.email, OWNER.password);

  await page.getByRole('heading', { name: 'deep-link', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/api-keys/${id}`);
});

it('says after too many attempts how long to wait, in the words of the server', async () => {
  const page = await openWindow(dashboard);
  await page.goto('/');
  await fillSignIn(page, OWNER.email, 'not the password');
  await page.getByText('The email or the password is wrong.').waitFor();
  await dashboard.query(`update attempt set count = 1000, ends_at = now() + interval '1 hour'`);

  const answered = page.waitForResponse((each) => each.url().endsWith('/api/auth/sign-in/email'));
  await fillSignIn(page, OWNER.email, OWNER.password);
  const answer = await answered;
  const { detail } = await answer.json();
  expect(detail).toContain(`Try again in ${answer.headers()['retry-after']} seconds.`);
  await page.getByRole('alert').filter({ hasText: detail }).waitFor();
});

it('says whom to ask about a forgotten password', async () => {
  const page = await openWindow(dashboard);
  await page.goto('/');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByText('npx tollkeeper admin reset-password').waitFor();
  await expectAccessible(page, 'Forgotten password, without mail');
  await page.getByRole('link', { name: 'Go to sign-in' }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
});

it('signs out, in this window and by every other that is open', async () => {
  const page = await openSignedIn();
  const elsewhere = await openSignedIn();
  // Lower than the navigation, which scrolls.
  await page.setViewportSize({ width: 1280, height: 640 });
  await signOut(page, 'Sign out');
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(await page.getByText('Your session ended').count()).toBe(0);

  await elsewhere.getByRole('link', { name: 'Organization' }).click();
  await elsewhere.getByRole('heading', { name: 'Organization', level: 1 }).waitFor();
  const third = await openSignedIn();
  await signOut(elsewhere, 'Sign out everywhere');
  await third.reload();
  await third.getByText('Your session ended').waitFor();
  await third.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(new URL(third.url()).searchParams.get('from')).toBe('/api-keys');

  await fillSignIn(third, OWNER.email, OWNER.password);
  await third.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
});

it('says that the session ended, and after sign-in creates the key that was filled in before', async () => {
  const page = await openSignedIn();
  await page.getByRole('button', { name: 'Create key' }).first().click();
  const form = page.getByRole('dialog', { name: 'Create key' });
  await form.getByLabel('Name', { exact: true }).fill('kept-across-sign-in');
  await endSessions();
  await form.getByRole('button', { name: 'Create key' }).click();

  const ended = page.getByRole('dialog', { name: 'Your session ended' });
  await ended.getByText('What you entered on this page stays.').waitFor();
  await expectAccessible(page, 'Sign in again');
  await page.keyboard.press('Escape');
  expect(await ended.getByLabel('Email').inputValue()).toBe(OWNER.email);
  await ended.getByLabel('Password').fill('not the password');
  await ended.getByRole('button', { name: 'Sign in', exact: true }).click();
  await ended.getByText('The email or the password is wrong.').waitFor();
  await ended.getByLabel('Password').fill(OWNER.password);
  await ended.getByRole('button', { name: 'Sign in', exact: true }).click();

  expect(await takeSecret(page)).toMatch(/^tk_live_/);
  await page.getByRole('link', { name: 'kept-across-sign-in', exact: true }).waitFor();
  expect(
    await dashboard.query('select 1 from api_key where name = $1', ['kept-across-sign-in']),
  ).toHaveLength(1);
});

it('lets someone else sign in where a session ended, with nothing of the page before', async () => {
  const page = await openSignedIn();
  await endSessions();
  // By an event, not the mouse: the page may have noticed by itself and put its dialog in front.
  await page.locator('a[href="/members"]').dispatchEvent('click');
  await page.getByRole('button', { name: 'Use another account' }).click();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  expect(await page.getByLabel('Email').inputValue()).toBe('');
  expect(await page.getByRole('dialog').count()).toBe(0);
});

async function endSessions(): Promise<void> {
  await dashboard.query('delete from session');
}

async function openSignedIn(): Promise<Page> {
  const page = await openWindow(dashboard);
  await page.goto('/');
  await fillSignIn(page, OWNER.email, OWNER.password);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  return page;
}
