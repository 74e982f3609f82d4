import type { SecurityEffect, SecuritySettings } from '@tollkeeper/contract';
import { sessionEnd } from './session-end.ts';

export interface RuledMember {
  readonly id: string;
  readonly name: string;
  readonly hasSecondFactor: boolean;
  /** When each of their sessions that still runs began. */
  readonly signedInAt: readonly Date[];
}

export interface TouchedMember {
  readonly member: RuledMember;
  readonly effects: SecurityEffect[];
}

/** What going from one set of settings to another does to active members. */
export function touchedMembers(
  members: readonly RuledMember[],
  before: SecuritySettings,
  after: SecuritySettings,
  now: Date,
): TouchedMember[] {
  const asksNow = after.twoFactorRequired && !before.twoFactorRequired;
  const ends = (signedInAt: Date) =>
    sessionEnd(signedInAt, after) <= now && sessionEnd(signedInAt, before) > now;
  return members
    .map((member) => ({
      member,
      effects: [
        ...(asksNow && !member.hasSecondFactor ? (['needs_second_factor'] as const) : []),
        ...(member.signedInAt.some(ends) ? (['session_ends'] as const) : []),
      ],
    }))
    .filter(({ effects }) => effects.length > 0);
}
