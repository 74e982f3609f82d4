import type { SecurityEffect, SecuritySettings } from '@tollkeeper/contract';
import { sessionEnd } from './session-end.ts';

export interface RuledMember {
  readonly id: string;
  readonly name: string;
  /** Whether they have set one up. */
  readonly hasSecondFactor: boolean;
  /** Those that still run. */
  readonly sessions: readonly RuledSession[];
}

interface RuledSession {
  readonly signedInAt: Date;
  /** Whether it was opened with a second factor. */
  readonly hasSecondFactor: boolean;
}

export interface AffectedMember {
  readonly member: RuledMember;
  readonly effects: SecurityEffect[];
}

/** What going from one set of settings to another does to active members. */
export function affectedMembers(
  members: readonly RuledMember[],
  before: SecuritySettings,
  after: SecuritySettings,
  now: Date,
): AffectedMember[] {
  const asksNow = after.twoFactorRequired && !before.twoFactorRequired;
  const ends = ({ signedInAt }: RuledSession) =>
    sessionEnd(signedInAt, after) <= now && sessionEnd(signedInAt, before) > now;
  return members
    .map((member) => ({
      member,
      effects: [
        ...(asksNow && lacksSecondFactor(member) ? (['needs_second_factor'] as const) : []),
        ...(member.sessions.some(ends) ? (['session_ends'] as const) : []),
      ],
    }))
    .filter(({ effects }) => effects.length > 0);
}

/** Members who have none, and those who have one but signed in without it. */
function lacksSecondFactor({ hasSecondFactor, sessions }: RuledMember): boolean {
  return !hasSecondFactor || sessions.some((session) => !session.hasSecondFactor);
}
