import type { Logger } from 'pino';
import { createFailureThrottle, type FailureThrottle } from '../../http/failure-throttle.ts';
import type { Guard } from '../../outgoing/index.ts';
import type { GithubKeySource } from './github-key-source.ts';
import { createGithubKeys, type GithubKeys, loadGithubKeys } from './github-keys.ts';

/** What reports of leaks need beside what every verb works with. */
export interface LeakServices {
  /** Null where the operator takes no reports of GitHub. */
  readonly github: {
    readonly keys: GithubKeys;
    /** How often a report may have no valid signature. */
    readonly throttle: FailureThrottle;
  } | null;
  /** How often texts may be reported that are no keys. */
  readonly throttle: FailureThrottle;
}

/** Texts that are no keys, and reports without a valid signature, that one network may send. */
const REPORT_FAILURES = {
  windowMs: 60_000,
  perAddressMax: 60,
  totalMax: 1000,
  addressesMax: 10_000,
  atOnceMax: 20,
};

/** @param source null where the operator takes no reports of GitHub */
export function openLeaks(source: GithubKeySource | null, guard: Guard, log: Logger): LeakServices {
  const now = () => performance.now();
  return {
    github: source
      ? {
          keys: createGithubKeys({ source, load: (url) => loadGithubKeys(guard, url), log, now }),
          throttle: createFailureThrottle(REPORT_FAILURES, now),
        }
      : null,
    throttle: createFailureThrottle(REPORT_FAILURES, now),
  };
}
