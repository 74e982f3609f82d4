import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import { type Guard, sendGuarded } from '../../outgoing/index.ts';
import { type GithubKeySource, parseGithubKeys } from './github-key-source.ts';

/** The public keys by which GitHub signs what its secret scanning found. */
export interface GithubKeys {
  /** Undefined for a key that GitHub does not have now. @throws where GitHub cannot be asked */
  find(keyIdentifier: string): Promise<KeyObject | undefined>;
}

interface GithubKeysOptions {
  readonly source: GithubKeySource;
  /** Reads what is at the address. */
  readonly load: (url: string) => Promise<string>;
  readonly log: Logger;
  /** Milliseconds of a clock that only moves on. */
  readonly now: () => number;
}

/** GitHub allows 60 requests an hour, and anyone can name a key that does not exist. */
const ASKED_AGAIN_MS = 5 * 60_000;
/** So long a key is used that GitHub may have withdrawn since. */
const CURRENT_MS = 24 * 3_600_000;
const TIMEOUT_MS = 10_000;
const BYTES_MAX = 64 * 1024;

/**
 * Asks GitHub for its keys when one is needed that is not known, or they are a day old; never more often than
 * every five minutes, however many keys strangers name.
 */
export function createGithubKeys({ source, load, log, now }: GithubKeysOptions): GithubKeys {
  if ('keys' in source) return { find: async (id) => source.keys.get(id) };
  const { url } = source;
  let keys: ReadonlyMap<string, KeyObject> | undefined;
  let keysMs = 0;
  let askedMs: number | undefined;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    askedMs = now();
    try {
      keys = parseGithubKeys(await load(url));
      keysMs = now();
    } catch (error) {
      // Those that are known keep their worth.
      log.warn({ err: error, url }, 'the public keys of GitHub could not be fetched');
      if (!keys) throw error;
    }
  }

  function refresh(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    async find(keyIdentifier) {
      const isKnown = keys?.has(keyIdentifier) && now() - keysMs < CURRENT_MS;
      const mayAsk = asking || askedMs === undefined || now() - askedMs >= ASKED_AGAIN_MS;
      if (!isKnown && mayAsk) await refresh();
      if (!keys) throw new Error('The public keys of GitHub are not known yet');
      return keys.get(keyIdentifier);
    },
  };
}

/** @throws DeliveryProblem, and Error for another answer than 200 */
export async function loadGithubKeys(guard: Guard, url: string): Promise<string> {
  const { status, body } = await sendGuarded(guard, {
    method: 'GET',
    url,
    headers: { accept: 'application/json', 'user-agent': 'Tollkeeper' },
    body: '',
    timeoutMs: TIMEOUT_MS,
    keptBytesMax: BYTES_MAX,
  });
  if (status !== 200) throw new Error(`It answered ${status}`);
  return body;
}
