import type { SecuritySettings } from '@tollkeeper/contract';
import { parseDays } from '../../components/forms/days-field.tsx';
import type { SecurityChange } from './queries.ts';

const HOURS_MAX = 720;

/** The settings as a person edits them: numbers are text until they are right. */
export interface SecurityDraft {
  readonly keyLifetimeDaysMax: string;
  readonly keyUnusedDaysMax: string;
  readonly allowedIps: readonly string[];
  readonly twoFactorRequired: boolean;
  readonly sessionHoursMax: string;
}

export function draftOf(settings: SecuritySettings): SecurityDraft {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, sessionHoursMax } = settings;
  return {
    ...settings,
    keyLifetimeDaysMax: keyLifetimeDaysMax === null ? '' : String(keyLifetimeDaysMax),
    keyUnusedDaysMax: keyUnusedDaysMax === null ? '' : String(keyUnusedDaysMax),
    sessionHoursMax: String(sessionHoursMax),
  };
}

/** Whole hours from 1 to 720, as the server takes them. */
export function parseHours(text: string): number | undefined {
  const hours = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return hours >= 1 && hours <= HOURS_MAX ? hours : undefined;
}

/**
 * What the draft changes; what stays is left out.
 * @returns undefined when a field of it cannot be read
 */
export function changeOf(
  draft: SecurityDraft,
  saved: SecuritySettings,
): SecurityChange | undefined {
  const keyLifetimeDaysMax = parseDays(draft.keyLifetimeDaysMax);
  const keyUnusedDaysMax = parseDays(draft.keyUnusedDaysMax);
  const sessionHoursMax = parseHours(draft.sessionHoursMax);
  if (keyLifetimeDaysMax === undefined) return undefined;
  if (keyUnusedDaysMax === undefined || sessionHoursMax === undefined) return undefined;
  const { allowedIps, twoFactorRequired } = draft;
  return {
    ...(keyLifetimeDaysMax === saved.keyLifetimeDaysMax ? {} : { keyLifetimeDaysMax }),
    ...(keyUnusedDaysMax === saved.keyUnusedDaysMax ? {} : { keyUnusedDaysMax }),
    ...(sameList(allowedIps, saved.allowedIps) ? {} : { allowedIps: [...allowedIps] }),
    ...(twoFactorRequired === saved.twoFactorRequired ? {} : { twoFactorRequired }),
    ...(sessionHoursMax === saved.sessionHoursMax ? {} : { sessionHoursMax }),
  };
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
