import type { SecuritySettings } from '@tollkeeper/contract';
import { printFields } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';

export function printSecurity(io: Surroundings, settings: SecuritySettings): void {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, allowedIps } = settings;
  printFields(io, [
    ['Keys live', keyLifetimeDaysMax === null ? 'without end' : `${keyLifetimeDaysMax} days`],
    ['Unused keys', keyUnusedDaysMax === null ? 'stay' : `disabled after ${keyUnusedDaysMax} days`],
    ['Accepted from', allowedIps.join(' ') || 'any address'],
    ['Second factor', settings.twoFactorRequired ? 'required' : 'optional'],
    ['Sessions end', `after ${settings.sessionHoursMax} hours`],
  ]);
}
