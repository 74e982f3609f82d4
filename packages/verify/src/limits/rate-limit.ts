import type { LIMIT_SUBJECTS, LIMIT_UNITS } from '@tollkeeper/contract';

export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];
export type LimitUnit = (typeof LIMIT_UNITS)[number];

/** How long each unit is, in milliseconds. */
export const UNIT_MS: Readonly<Record<LimitUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** How many calls a permit lets through in a time, before its counter has to refill. */
export interface RateLimit {
  /** Of one statement and one text of it: another one counts anew. */
  readonly id: string;
  /** For people, and in the RateLimit header fields: `100/minute per key`. */
  readonly name: string;
  readonly count: number;
  readonly unit: LimitUnit;
  readonly windowMs: number;
  readonly per: LimitSubject;
}
