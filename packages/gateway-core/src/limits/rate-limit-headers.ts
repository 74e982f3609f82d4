import type { Claim } from '@tollkeeper/verify';
import type { Denial } from '../authorize/denial.ts';
import type { Room } from './counters.ts';

interface Field {
  readonly name: string;
  readonly count: number;
  readonly windowMs: number;
  readonly remaining: number;
  readonly nextMs: number;
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), names and values in turn.
 * They are lists, so that those of an upstream stand beside them.
 */
export function rateLimitHeaders(claims: readonly Claim[], room: Room): readonly string[] {
  return headersOf(fieldsOf(claims, room), () => true);
}

/** For a call without room in at least one of its limits. */
export function limitDenial(claims: readonly Claim[], room: Room): Denial {
  const fields = fieldsOf(claims, room);
  const full = fields.filter(({ remaining }) => remaining === 0);
  const retryAfterS = Math.max(1, ...full.map(({ nextMs }) => seconds(nextMs)));
  const names = full.map(({ name }) => `"${name}"`).join(' and ');
  const [limits, are] = full.length === 1 ? ['limit', 'is'] : ['limits', 'are'];
  const time = retryAfterS === 1 ? '1 second' : `${retryAfterS} seconds`;
  return {
    code: 'rate_limited',
    detail: `Too many calls: the ${limits} ${names} of a policy ${are} used up. Try again in ${time}.`,
    headers: [
      'Retry-After',
      String(retryAfterS),
      // Of the others, more may be left only later than Retry-After says.
      ...headersOf(fields, ({ remaining }) => remaining === 0),
    ],
  };
}

/** Limits that read alike are one, with the smaller rest. */
function fieldsOf(claims: readonly Claim[], { states }: Room): Field[] {
  const fields = new Map<string, Field>();
  for (const [at, { limit }] of claims.entries()) {
    const { name, count, windowMs } = limit;
    const { remaining = 0, nextMs = 0 } = states[at] ?? {};
    const known = fields.get(name);
    const isKnown = known !== undefined && known.remaining <= remaining;
    if (!isKnown) fields.set(name, { name, count, windowMs, remaining, nextMs });
  }
  return [...fields.values()];
}

function headersOf(fields: readonly Field[], isShown: (field: Field) => boolean): string[] {
  const policies = fields.map(
    ({ name, count, windowMs }) => `"${name}";q=${count};w=${windowMs / 1000}`,
  );
  const rests = fields
    .filter(isShown)
    .map(
      ({ name, remaining, nextMs }) =>
        `"${name}";r=${remaining}${nextMs > 0 ? `;t=${seconds(nextMs)}` : ''}`,
    );
  return ['RateLimit-Policy', policies.join(', '), 'RateLimit', rests.join(', ')];
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
