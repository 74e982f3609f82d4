import type { RateLimit } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { denialAnswer } from '../authorize/denial.ts';
import { limitDenial, rateLimitHeaders } from './rate-limit-headers.ts';

const claims = [limit('10/second per key', 10, 1000), limit('100/hour per ip', 100, 3_600_000)];

function limit(name: string, count: number, windowMs: number, policyId = 'pol_1') {
  const rateLimit: RateLimit = {
    id: `${policyId}/0 ${name}`,
    name,
    count,
    unit: 'day',
    windowMs,
    per: 'key',
  };
  return { limit: rateLimit, counter: `${rateLimit.id} a` };
}

it('says of each limit how much is left, and when there is more', () => {
  const states = [
    { remaining: 9, nextMs: 100 },
    { remaining: 100, nextMs: 0 },
  ];
  expect(rateLimitHeaders(claims, { isFree: true, states })).toEqual([
    'RateLimit-Policy',
    '"10/second per key";q=10;w=1, "100/hour per ip";q=100;w=3600',
    'RateLimit',
    '"10/second per key";r=9;t=1, "100/hour per ip";r=100',
  ]);
});

it('names limits of several policies that read alike once, with the smaller rest', () => {
  const twice = [...claims, limit('10/second per key', 10, 1000, 'pol_2')];
  const states = [9, 100, 3].map((remaining) => ({ remaining, nextMs: 50 }));
  const [, policies, , rests] = rateLimitHeaders(twice, { isFree: true, states });
  expect(policies).toBe('"10/second per key";q=10;w=1, "100/hour per ip";q=100;w=3600');
  expect(rests).toBe('"10/second per key";r=3;t=1, "100/hour per ip";r=100;t=1');
});

it('refuses with what is used up, and with a time at which there is room in all of it', () => {
  const states = [
    { remaining: 0, nextMs: 100 },
    { remaining: 0, nextMs: 36_001 },
  ];
  const { status, headers, body } = denialAnswer(limitDenial(claims, { isFree: false, states }));
  expect(status).toBe(429);
  expect(headers.slice(headers.indexOf('Retry-After'))).toEqual([
    ...['Retry-After', '37'],
    ...['RateLimit-Policy', '"10/second per key";q=10;w=1, "100/hour per ip";q=100;w=3600'],
    ...['RateLimit', '"10/second per key";r=0;t=1, "100/hour per ip";r=0;t=37'],
  ]);
  const { code, error } = JSON.parse(body);
  const message =
    'Too many calls: the limits "10/second per key" and "100/hour per ip" of a policy are used up. Try again in 37 seconds.';
  expect([code, error]).toEqual([
    'rate_limited',
    { message, type: 'rate_limit_error', code: 'rate_limited' },
  ]);
});

it('leaves out of a refusal what says nothing about when to try again', () => {
  const states = [
    { remaining: 0, nextMs: 100 },
    { remaining: 5, nextMs: 30_000 },
  ];
  const { detail, headers } = limitDenial(claims, { isFree: false, states });
  expect(detail).toBe(
    'Too many calls: the limit "10/second per key" of a policy is used up. Try again in 1 second.',
  );
  expect(headers?.at(-1)).toBe('"10/second per key";r=0;t=1');
});
