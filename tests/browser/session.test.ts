import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey } from '../processes/keys.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { fillSignIn, signOut } from './sign-in.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
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

it('signs out, in this window and by every other that is open', async () => {
  const page = await openSignedIn();
  const elsewhere = await openSignedIn();
  await signOut(page, 'Sign out');
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();

  await elsewhere.getByRole('link', { name: 'Organization' }).click();
  await elsewhere.getByRole('heading', { name: 'Organization', level: 1 }).waitFor();
  const third = await openSignedIn();
  await signOut(elsewhere, 'Sign out everywhere');
  await third.getByRole('link', { name: 'Organization' }).click();
  await third.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(new URL(third.url()).searchParams.get('from')).toBe('/organization');

  await fillSignIn(third, OWNER.email, OWNER.password);
  await third.getByRole('heading', { name: 'Organization', level: 1 }).waitFor();
});

it('keeps the theme that a person chose', async () => {
  const page = await openSignedIn();
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

async function openSignedIn(): Promise<Page> {
  const page = await openWindow(dashboard);
  await page.goto('/');
  await fillSignIn(page, OWNER.email, OWNER.password);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  return page;
}
