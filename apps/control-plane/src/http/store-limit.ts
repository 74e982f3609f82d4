import type { RouteShorthandOptions } from 'fastify';
import type { Attempts } from '../kernel/attempts.ts';
import { DomainError } from '../kernel/domain-error.ts';
import { networkOf } from '../kernel/network-of.ts';

/** How long what a stranger makes us store is of use to them, at most, in milliseconds. */
const WINDOW_MS = 10 * 60_000;

interface StoreLimit {
  readonly perNetworkMax: number;
  readonly totalMax: number;
}

/** The endpoints at which anyone makes us store a row, until it expires and is purged. */
const STORE_LIMITS = new Map<string, StoreLimit>([
  ['device/code', { perNetworkMax: 20, totalMax: 2000 }],
  ['passkey/generate-authenticate-options', { perNetworkMax: 300, totalMax: 10_000 }],
]);

/** Limits the rows that anyone can make us store, by network and in all. */
export function storeLimit(attempts: Attempts, endpoint: string): RouteShorthandOptions {
  const limit = STORE_LIMITS.get(endpoint);
  if (!limit) return {};
  return {
    async preHandler(request, reply) {
      const taken = await attempts.take([
        {
          scope: `${endpoint}/network`,
          subject: networkOf(request.ip),
          max: limit.perNetworkMax,
          windowMs: WINDOW_MS,
        },
        { scope: `${endpoint}/all`, subject: '', max: limit.totalMax, windowMs: WINDOW_MS },
      ]);
      if (taken.outcome === 'taken') return;
      reply.header('retry-after', taken.waitS);
      throw new DomainError(
        'rate_limited',
        `Too many logins were begun. Wait ${taken.waitS} seconds, then try again.`,
      );
    },
  };
}
