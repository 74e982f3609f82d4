import { beforeAll, expect, it } from 'vitest';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('free');
});

it.each(['first', 'second'])('leaves nothing to the next test: %s', async () => {
  const page = await openWindow(dashboard);
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  const before = await page.evaluate(() => ({
    ...{ local: localStorage.length, session: sessionStorage.length, cookie: document.cookie },
    ...{ isDark: matchMedia('(prefers-color-scheme: dark)').matches, width: innerWidth },
  }));
  const empty = { local: 0, session: 0, cookie: '', isDark: false, width: 1440 };
  expect(before).toEqual(empty);
  expect((await page.request.get('/v1/whoami')).status()).toBe(401);

  await page.context().addCookies([{ name: 'own', value: '1', url: dashboard.baseUrl }]);
  await page.route('**/*', (route) => route.abort());
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.evaluate(() => {
    localStorage.setItem('own', '1');
    sessionStorage.setItem('own', '1');
    addEventListener('beforeunload', (event) => event.preventDefault());
  });
  const popup = page.waitForEvent('popup');
  await page.evaluate(() => void open('about:blank'));
  await popup;
});

it('gives each person of a test a window of their own', async () => {
  const [one, other] = [
    await openWindow(dashboard, { as: dashboard.owner }),
    await openWindow(dashboard),
  ];
  expect((await one.request.get('/v1/whoami')).status()).toBe(200);
  expect((await other.request.get('/v1/whoami')).status()).toBe(401);
});
