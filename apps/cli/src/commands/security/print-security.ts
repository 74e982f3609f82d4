import type { SecuritySettings } from '@tollkeeper/contract';
import { printFields } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../text/counted.ts';

export function printSecurity(io: Surroundings, settings: SecuritySettings): void {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, allowedIps } = settings;
  printFields(io, [
    ['Longest lifetime of a key', daysText(keyLifetimeDaysMax)],
    [
      'Unused keys',
      keyUnusedDaysMax === null ? 'kept' : `disabled after ${counted(keyUnusedDaysMax, 'day')}`,
    ],
    ['Accepted from', allowedIps.join(' ') || 'any address'],
    ['Second factor', settings.twoFactorRequired ? 'required' : 'optional'],
    ['Sessions end', `after ${counted(settings.sessionHoursMax, 'hour')}`],
  ]);
}

function daysText(days: number | null): string {
  if (days === null) return 'no limit';
  return counted(days, 'day');
}
