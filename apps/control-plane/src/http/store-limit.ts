import { PASSWORD_RESET_MINUTES } from '@tollkeeper/contract';
import type { FastifyRequest, RouteShorthandOptions } from 'fastify';
import { DomainError } from '../domain-error.ts';
import type { AttemptLimit, Attempts } from './attempts.ts';
import { networkOf, siteOf } from './network-of.ts';

interface StoreLimit {
  readonly perNetworkMax: number;
  /** By the email in the body, whether it has an account or not. */
  readonly perAccountMax?: number;
  readonly totalMax: number;
  /**
   * Once the total is used up, only networks that have taken less than this get more: those who used
   * it up do not keep everybody else out. These share `reserveMax`.
   */
  readonly shareMax: number;
  readonly reserveMax: number;
  /** How long what is stored lasts, at most. */
  readonly windowMs: number;
  /** What there was too much of. */
  readonly refusal: string;
}

const MINUTE_MS = 60_000;
/** Of the reserve, the networks of one site get together what so many networks may take. */
const SITE_NETWORKS = 10;
const LOGINS = { windowMs: 10 * MINUTE_MS, refusal: 'Too many logins were begun.' };

/** The endpoints at which anyone makes us store a row, until it expires and is purged. */
const STORE_LIMITS = new Map<string, StoreLimit>([
  [
    'device/code',
    { ...LOGINS, perNetworkMax: 20, totalMax: 2000, shareMax: 5, reserveMax: 20_000 },
  ],
  [
    'passkey/generate-authenticate-options',
    { ...LOGINS, perNetworkMax: 300, totalMax: 10_000, shareMax: 20, reserveMax: 100_000 },
  ],
  [
    'POST /v1/password-resets',
    {
      perNetworkMax: 20,
      perAccountMax: 5,
      totalMax: 1000,
      shareMax: 3,
      reserveMax: 10_000,
      windowMs: PASSWORD_RESET_MINUTES * MINUTE_MS,
      refusal: 'Too many links to reset a password were requested.',
    },
  ],
]);

/** Limits the rows that anyone can make us store, by network, by account and in all. */
export function storeLimit(attempts: Attempts, endpoint: string): RouteShorthandOptions {
  const limit = STORE_LIMITS.get(endpoint);
  if (!limit) return {};
  return {
    async preHandler(request) {
      const taken = await attempts.take(limitsOf(endpoint, limit, request));
      if (taken.outcome === 'taken') return;
      const spare = await attempts.take(reserveOf(endpoint, limit, request));
      if (spare.outcome === 'taken') return;
      throw new DomainError('rate_limited', limit.refusal, { retryAfterS: taken.waitS });
    },
  };
}

function limitsOf(endpoint: string, limit: StoreLimit, request: FastifyRequest): AttemptLimit[] {
  const { perNetworkMax, totalMax, windowMs } = limit;
  return [
    ...ownLimits(endpoint, limit, request, perNetworkMax),
    { scope: `${endpoint}/all`, subject: '', max: totalMax, windowMs },
  ];
}

function reserveOf(endpoint: string, limit: StoreLimit, request: FastifyRequest): AttemptLimit[] {
  const { shareMax, reserveMax, windowMs } = limit;
  const site = siteOf(request.ip);
  return [
    ...ownLimits(endpoint, limit, request, shareMax),
    { scope: `${endpoint}/site`, subject: site, max: SITE_NETWORKS * shareMax, windowMs },
    { scope: `${endpoint}/reserve`, subject: '', max: reserveMax, windowMs },
  ];
}

/** Of the network, and of the account that the request names. */
function ownLimits(
  endpoint: string,
  { perAccountMax, windowMs }: StoreLimit,
  { ip, body }: FastifyRequest,
  networkMax: number,
): AttemptLimit[] {
  const network = networkOf(ip);
  const limits = [{ scope: `${endpoint}/network`, subject: network, max: networkMax, windowMs }];
  if (perAccountMax === undefined) return limits;
  const { email } = body as { readonly email: string };
  const subject = email.toLowerCase();
  return [...limits, { scope: `${endpoint}/account`, subject, max: perAccountMax, windowMs }];
}
