import type { LeakAction, LeakReporter, LeakResponse } from '@tollkeeper/contract';

export const ACTION_WORDS: Readonly<Record<LeakAction, string>> = {
  revoked: 'Key revoked',
  disabled: 'Key disabled',
  warned: 'Warned only',
  none: 'Nothing to do',
};

export const REPORTER_WORDS: Readonly<Record<LeakReporter, string>> = {
  github: 'GitHub',
  holder: 'Somebody who holds it',
  member: 'A member',
};

export const RESPONSE_WORDS: Readonly<Record<LeakResponse, string>> = {
  revoke: 'Revoke it, with what it created',
  disable: 'Disable it',
  warn: 'Only warn',
};
