import type { FailureThrottle } from '../../http/failure-throttle.ts';
import type { GithubKeys } from './github-keys.ts';

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
