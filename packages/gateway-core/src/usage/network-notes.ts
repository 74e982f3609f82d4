import type { KeyNetwork } from '@tollkeeper/protocol';
import { networkOf } from '@tollkeeper/verify';

/** Keys of which a process remembers networks; it begins anew beyond them. */
const KEYS_MAX = 100_000;
/** Networks of one key; it forgets the oldest beyond them. */
const NETWORKS_MAX = 16;
/** Notes of a process in a minute: a stolen key can be used from many networks. */
const NOTES_MAX = 1000;
const MINUTE_MS = 60_000;

interface Noted {
  /** Of the last call, so that the next one from there costs a look and a comparison. */
  ip: string;
  readonly networks: string[];
}

/**
 * Notes from which networks keys are used, each once or seldom again. A note that is not made now is made with a later
 * call from there.
 * @returns a function that answers the network of a call, and undefined where it was noted before
 */
export function createNetworkNotes(): (
  keyId: string,
  ip: string,
  atMs: number,
) => string | undefined {
  const keys = new Map<string, Noted>();
  let minuteMs = 0;
  let notesCount = 0;

  function mayNote(atMs: number): boolean {
    if (atMs >= minuteMs + MINUTE_MS || atMs < minuteMs) {
      minuteMs = atMs;
      notesCount = 0;
    }
    notesCount += 1;
    return notesCount <= NOTES_MAX;
  }

  return (keyId, ip, atMs) => {
    const noted = keys.get(keyId);
    if (noted?.ip === ip) return undefined;
    const network = networkOf(ip);
    if (network === undefined) return undefined;
    if (noted?.networks.includes(network)) {
      noted.ip = ip;
      return undefined;
    }
    if (!mayNote(atMs)) return undefined;
    if (!noted) {
      if (keys.size >= KEYS_MAX) keys.clear();
      keys.set(keyId, { ip, networks: [network] });
      return network;
    }
    noted.ip = ip;
    noted.networks.push(network);
    if (noted.networks.length > NETWORKS_MAX) noted.networks.shift();
    return network;
  };
}

/** Heads of networks in the spool: `network`, the key, the network, and the minute. */
export const NETWORK = 'network key_[0-9A-Za-z]{20} [0-9a-f:.]{3,20}/(?:24|48) \\d{1,15}';

export function isNetwork(head: string): boolean {
  return head.startsWith('network ');
}

export function networkHeadOf(keyId: string, network: string, atMs: number): string {
  return `network ${keyId} ${network} ${atMs - (atMs % MINUTE_MS)}`;
}

/** @param head one that `isNetwork` */
export function keyNetworkOf(head: string): KeyNetwork {
  const [, keyId = '', network = ''] = head.split(' ');
  return { keyId, network };
}
