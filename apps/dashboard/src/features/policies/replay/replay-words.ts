import type { PolicyReplay } from '@tollkeeper/contract';
import { counted, formatCount } from '../../../lib/format.ts';

type Counts = Pick<PolicyReplay, 'calls' | 'refused' | 'unknown' | 'keysRefused'> & {
  readonly keys: readonly unknown[];
};

/**
 * What would have happened to the calls of the last 24 hours, in a sentence.
 * @param subject what was replayed: "this edit"
 */
export function replayWords(
  subject: string,
  { calls, refused, unknown, keysRefused, keys }: Counts,
): string {
  const known = calls - unknown;
  if (calls === 0) return 'Gateways counted no allowed calls in the last 24 hours.';
  if (known === 0) {
    return `Whether ${subject} would have refused calls of the last 24 hours is unknown.`;
  }
  const lead = `In the last 24 hours, ${subject} would have refused`;
  if (refused === 0) return `${lead} none of ${counted(known, 'call')}.`;
  const least = unknown > 0 ? 'at least ' : '';
  const these = keysRefused === 1 ? 'this' : 'these';
  const by =
    keysRefused > keys.length
      ? `${formatCount(keysRefused)} keys, of which these ${formatCount(keys.length)} made the most`
      : `${these} ${keysRefused === 1 ? 'key' : counted(keysRefused, 'key')}`;
  return `${lead} ${least}${formatCount(refused)} of ${counted(calls, 'call')}, by ${by}.`;
}

/**
 * Whose calls were asked about.
 * @param place name of the workspace, if it is known
 */
export function whoseWords(place: string | undefined, seesAll: boolean): string {
  const keys = seesAll ? 'all keys' : 'your own keys';
  return `Counted are calls of ${keys}${place === undefined ? '' : ` in the workspace "${place}"`}.`;
}

/** About how many calls nothing can be said, and why. */
export function unknownWords({
  calls,
  refused,
  unknown,
}: Pick<Counts, 'calls' | 'refused' | 'unknown'>): string {
  const all = unknown === 1 ? 'the only call' : `all ${counted(unknown, 'call')}`;
  const some = counted(unknown, refused === 0 ? 'more call' : 'call');
  const which = `The answer is unknown for ${unknown === calls ? all : some}.`;
  return `${which} Gateways record the key, the gateway, the route and the method of a call, and nothing else. A call is unknown where the text asks for more, such as its path, address, headers or time, where its key is no longer in force, or where the key made more kinds of calls than are recorded, which are 64 in one hour.`;
}
