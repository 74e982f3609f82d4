import { afterEach, expect, it, vi } from 'vitest';
import { noteServerTime, serverNow } from './server-clock.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');

function answerFrom(date: string): Response {
  return new Response(null, { headers: { date } });
}

afterEach(() => {
  vi.useRealTimers();
  noteServerTime(answerFrom(new Date(NOW).toUTCString()), NOW);
});

it.each([
  ['Mon, 23 Nov 2026 12:05:00 GMT', 300_000],
  ['Mon, 23 Nov 2026 11:55:00 GMT', -300_000],
  ['Mon, 23 Nov 2026 11:59:59 GMT', 0],
  ['nonsense', 0],
])('takes "%s" for %d ms ahead', (date, aheadMs) => {
  vi.useFakeTimers({ now: NOW });
  noteServerTime(answerFrom(date), NOW);
  expect(serverNow() - NOW).toBe(aheadMs);
});
