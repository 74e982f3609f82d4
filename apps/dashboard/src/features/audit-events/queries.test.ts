import { environmentManager, focusManager, QueryObserver } from '@tanstack/react-query';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createQueryClient } from '../../lib/query-client.ts';
import { followQuery } from './queries.ts';

it('asks for new events only while somebody looks at the page, and until they pause', async () => {
  const fetch = vi.fn(async () => Response.json({ data: [], nextCursor: null }));
  pretendBrowser(fetch);
  const query = followQuery({}, 0, undefined);
  const observer = new QueryObserver(createQueryClient(), query);
  onTestFinished(observer.subscribe(() => undefined));
  const isAsking = async () => {
    fetch.mockClear();
    await vi.advanceTimersByTimeAsync(10_000);
    return fetch.mock.calls.length > 0;
  };

  expect(await isAsking()).toBe(true);
  focusManager.setFocused(false);
  expect(await isAsking()).toBe(false);
  focusManager.setFocused(true);
  expect(await isAsking()).toBe(true);
  observer.setOptions({ ...query, enabled: false });
  expect(await isAsking()).toBe(false);
});

/** With a clock of the test's own; until the test ends. */
function pretendBrowser(fetch: typeof globalThis.fetch): void {
  const isServer = environmentManager.isServer();
  environmentManager.setIsServer(() => false);
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetch);
  onTestFinished(() => {
    environmentManager.setIsServer(() => isServer);
    focusManager.setFocused(undefined);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
