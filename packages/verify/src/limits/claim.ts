import { parseIpAddress } from '../ip-address.ts';
import type { RateLimit } from './rate-limit.ts';

/** A limit in which a call needs room, and whose counter it is. */
export interface Claim {
  readonly limit: RateLimit;
  /**
   * Of one workspace, policy, statement, limit and subject. The workspace is in braces, by which a
   * cluster of Redis keeps all counters of a call on one server.
   */
  readonly counter: string;
}

/** Whom the calls of a limit can be counted for. */
export interface Claimant {
  readonly keyId: string;
  readonly ownerId: string;
  readonly workspaceId: string;
  readonly ip: string;
}

/** Undefined where a limit counts by address, and that is not known: doubt refuses. */
export function claimsOf(limits: readonly RateLimit[], claimant: Claimant): Claim[] | undefined {
  const claims: Claim[] = [];
  const workspace = `{${claimant.workspaceId}}`;
  for (const limit of limits) {
    const subject = subjectOf(limit, claimant);
    if (subject === undefined) return undefined;
    claims.push({ limit, counter: `${workspace} ${limit.id} ${subject}` });
  }
  return claims;
}

function subjectOf({ per }: RateLimit, claimant: Claimant): string | undefined {
  switch (per) {
    case 'key':
      return claimant.keyId;
    case 'owner':
      return claimant.ownerId;
    case 'workspace':
      return claimant.workspaceId;
    case 'ip':
      return networkOf(claimant.ip);
  }
}

/** An IPv4 address, or the /64 of an IPv6 address, in which one client can take any address. */
function networkOf(text: string): string | undefined {
  return parseIpAddress(text)?.words.slice(0, 2).join(' ');
}
