import type { Created } from './find-created.ts';

/** What one transaction ends at most: until its end, nobody else changes anything in the organization. */
export const ENDED_MAX = 5000;

/** How much of a cascade is done at once. */
export interface CascadeLimits {
  /** Keys and members that the transaction looks at that revokes the keys. */
  readonly atOnceMax: number;
  /** Those that one search without a lock looks at: it keeps them in memory. */
  readonly searchedMax: number;
  /** Links that one such search looks at: one key or member may have any number of them. */
  readonly linksMax: number;
  /** Links that one of its statements looks at, so that each ends in time. */
  readonly pageMax: number;
  /** Those that all its searches follow: their ids stay in memory. */
  readonly followedMax: number;
  /** What the transaction ends that revokes the keys, if that is all. */
  readonly endedMax: number;
  /** What each further transaction ends: others wait for one of them. */
  readonly partMax: number;
}

export const CASCADE_LIMITS: CascadeLimits = {
  atOnceMax: ENDED_MAX,
  searchedMax: 100_000,
  linksMax: 500_000,
  pageMax: 20_000,
  followedMax: 5_000_000,
  endedMax: ENDED_MAX,
  partMax: 1000,
};

/**
 * What the next transaction ends, people and keys first, who would create more, and then where the audit log
 * and notifications are sent and what would disable keys; and what is left after it.
 */
export function takePart(
  created: Created,
  endedMax = ENDED_MAX,
): { readonly part: Created; readonly rest?: Created } {
  const part = slices(created, 0, endedMax);
  const rest = slices(created, endedMax, Number.POSITIVE_INFINITY);
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
    webhookEndpoints: slice(created.webhookEndpoints),
    logStreams: slice(created.logStreams),
    chatDestinations: slice(created.chatDestinations),
    reviewCampaigns: slice(created.reviewCampaigns),
    invitations: slice(created.invitations),
    joinKeys: slice(created.joinKeys),
    gateways: slice(created.gateways),
  };
}

/** Of all that was found, what a cascade ends. */
export function countEnded(created: Created): number {
  const { members, keys, webhookEndpoints, logStreams, chatDestinations } = created;
  const { reviewCampaigns, invitations, joinKeys, gateways } = created;
  const receivers = [webhookEndpoints, logStreams, chatDestinations];
  const ended = [members, keys, ...receivers, reviewCampaigns, invitations, joinKeys, gateways];
  return ended.reduce((total, things) => total + things.length, 0);
}
