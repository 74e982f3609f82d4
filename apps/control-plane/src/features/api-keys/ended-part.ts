import type { Created } from './find-created.ts';

/**
 * What one transaction ends at most: until it is over, nobody else changes anything in the
 * organization, and no member signs in. A request takes as many transactions as it needs.
 */
export const ENDED_MAX = 5000;

export function fitsOneTransaction(created: Created): boolean {
  return countEnded(created) <= ENDED_MAX;
}

/** People first, who would create more. */
export function takePart(created: Created): Created {
  let left = ENDED_MAX;
  const take = <T>(things: readonly T[]) => {
    const taken = things.slice(0, left);
    left -= taken.length;
    return taken;
  };
  return {
    ...created,
    members: take(created.members),
    invitations: take(created.invitations),
    joinKeys: take(created.joinKeys),
    gateways: take(created.gateways),
    keys: take(created.keys),
  };
}

function countEnded({ members, invitations, joinKeys, gateways, keys }: Created): number {
  return [members, invitations, joinKeys, gateways, keys].reduce(
    (total, things) => total + things.length,
    0,
  );
}
