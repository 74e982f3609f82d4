import type { Created } from './find-created.ts';

/**
 * What one transaction ends at most: until it is over, nobody else changes anything in the
 * organization, and no member signs in. A request takes as many transactions as it needs.
 */
export const ENDED_MAX = 5000;

/** What the next transaction ends, people and keys first, who would create more; and what is left after it. */
export function takePart(created: Created): { readonly part: Created; readonly rest?: Created } {
  const part = slices(created, 0, ENDED_MAX);
  const rest = slices(created, ENDED_MAX, Number.POSITIVE_INFINITY);
  return countEnded(rest) > 0 ? { part, rest } : { part };
}

/** Those between two places, if all were in one line. */
function slices(created: Created, start: number, end: number): Created {
  let at = 0;
  const slice = <T>(things: readonly T[]) => {
    const own = things.slice(Math.max(start - at, 0), Math.max(end - at, 0));
    at += things.length;
    return own;
  };
  return {
    ...created,
    members: slice(created.members),
    keys: slice(created.keys),
    invitations: slice(created.invitations),
    joinKeys: slice(created.joinKeys),
    gateways: slice(created.gateways),
  };
}

/** Of all that was found, what a cascade ends. */
export function countEnded({ members, invitations, joinKeys, gateways, keys }: Created): number {
  return [members, invitations, joinKeys, gateways, keys].reduce(
    (total, things) => total + things.length,
    0,
  );
}
