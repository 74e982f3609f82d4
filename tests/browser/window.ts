/** Windows of separate people, and what must not happen in any of them. */
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import type { Dashboard } from './dashboard.ts';

/** Long enough for a machine that does much else. */
const PATIENCE_MS = 60_000;
/** What the browser and the router log of refusals, whether the page expects them or not. */
const REFUSAL =
  /^(Failed to load resource: the server responded with a status of 4\d\d|ApiError: )/;

interface WindowOptions {
  /** Whose session it begins with; without one nobody is signed in. */
  readonly as?: Client;
  readonly width?: number;
  readonly height?: number;
}

/** A window with cookies and storage of its own, closed when the test ends. */
export async function openWindow(
  { browser, baseUrl }: Dashboard,
  { as, width = 1440, height = 900 }: WindowOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  if (as) await context.addCookies(cookiesOf(as, baseUrl));
  const page = await context.newPage();
  const faults = watch(page);
  onTestFinished(() =>
    expect(faults, 'violations of the CSP, errors in the console, answers of 500').toEqual([]),
  );
  return page;
}

/** Waits until what `read` gives meets the expectation. */
export function eventually<T>(read: () => Promise<T> | T) {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 50 });
}

/** @returns the faults of the page, to which each is added as it comes */
function watch(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' || REFUSAL.test(message.text())) return;
    faults.push(`console: ${message.text()}`);
  });
  page.on('response', (answer) => {
    if (answer.status() >= 500) faults.push(`${answer.status()}: ${answer.url()}`);
  });
  return faults;
}

function cookiesOf({ headers }: Client, url: string) {
  return (headers.cookie ?? '').split('; ').map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return { name, value, url };
  });
}
