import type { Scope } from '@tollkeeper/contract';

export interface GuardOptions {
  /** What a key must be allowed to do now; none: any key of the workspace that is in force. */
  readonly scopes?: readonly Scope[];
}
