/** Windows of separate people, and what must not happen in any of them. */
import type { ConsoleMessage, Dialog, Page, Response } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import type { Dashboard } from './dashboard.ts';

/** Long enough for a machine that does much else. */
export const PATIENCE_MS = 60_000;
/** How long a window may take to leave its page before it is closed: less than a new one would take on a slow machine. */
const LEAVING_MS = 10_000;
/** What the browser and the router log of refusals, whether the page expects them or not. */
const REFUSAL =
  /^(Failed to load resource: the server responded with a status of 4\d\d|ApiError: )/;

interface WindowOptions {
  /** Whose session it begins with; without one nobody is signed in. */
  readonly as?: Client;
  readonly width?: number;
  readonly height?: number;
}

/** Windows that no test uses, by the address of their server. */
const unused = new Map<string, Page[]>();

/**
 * A window with cookies and storage of its own, empty at first. When the test ends it is emptied and
 * kept for the next one: a new window compiles the whole dashboard before its first page.
 */
export async function openWindow(
  dashboard: Dashboard,
  { as, width = 1440, height = 900 }: WindowOptions = {},
): Promise<Page> {
  const { baseUrl } = dashboard;
  const page = unused.get(baseUrl)?.pop() ?? (await openPage(dashboard));
  onTestFinished(() => keep(page, baseUrl));
  await page.setViewportSize({ width, height });
  if (as) await page.context().addCookies(cookiesOf(as, baseUrl));
  const { faults, stop } = watch(page);
  onTestFinished(() => {
    stop();
    expect(faults, 'violations of the CSP, errors in the console, answers of 500').toEqual([]);
  });
  return page;
}

/** Waits until what `read` gives meets the expectation. */
export function eventually<T>(read: () => Promise<T> | T) {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 50 });
}

async function openPage({ browser, baseUrl }: Dashboard): Promise<Page> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/**
 * Leaves nothing of the test; a window of which that cannot be said is closed instead, also one that
 * does not leave a form although its question is answered with yes.
 */
async function keep(page: Page, baseUrl: string): Promise<void> {
  const context = page.context();
  const leave = (dialog: Dialog) => void dialog.accept().catch(() => undefined);
  page.on('dialog', leave);
  try {
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const others = context.pages().filter((each) => each !== page);
    await Promise.all(others.map((each) => each.close()));
    // Of the same origin, whose storage it is, and by an answer with the headers of a page: after any
    // other the browser starts a new process.
    await page.goto(`${baseUrl}/favicon.svg`, { timeout: LEAVING_MS });
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await context.clearCookies();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.mouse.move(0, 0);
    unused.set(baseUrl, [...(unused.get(baseUrl) ?? []), page]);
  } catch {
    await context.close();
  } finally {
    page.off('dialog', leave);
  }
}

/** @returns the faults of the page, to which each is added as it comes */
function watch(page: Page): { faults: readonly string[]; stop: () => void } {
  const faults: string[] = [];
  const onError = (error: Error) => void faults.push(`error: ${error.message}`);
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() !== 'error' || REFUSAL.test(message.text())) return;
    faults.push(`console: ${message.text()}`);
  };
  const onResponse = (answer: Response) => {
    if (answer.status() >= 500) faults.push(`${answer.status()}: ${answer.url()}`);
  };
  page.on('pageerror', onError).on('console', onConsole).on('response', onResponse);
  const stop = () =>
    void page.off('pageerror', onError).off('console', onConsole).off('response', onResponse);
  return { faults, stop };
}

function cookiesOf({ headers }: Client, url: string) {
  return (headers.cookie ?? '').split('; ').map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return { name, value, url };
  });
}
