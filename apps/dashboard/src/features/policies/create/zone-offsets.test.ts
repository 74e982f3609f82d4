import { expect, it } from 'vitest';
import { zoneOffsets } from './zone-offsets.ts';

const FROM = Date.parse('2027-01-01T00:00:00Z');
const UNTIL = Date.parse('2028-01-01T00:00:00Z');

function listed(zone: string): string[] {
  return zoneOffsets(zone, FROM, UNTIL).map(
    ({ from, minutes }) => `${new Date(from).toISOString().slice(0, 16)} ${minutes}`,
  );
}

it.each([
  ['UTC', ['2027-01-01T00:00 0']],
  ['Asia/Kolkata', ['2027-01-01T00:00 330']],
  ['Europe/Berlin', ['2027-01-01T00:00 60', '2027-03-28T01:00 120', '2027-10-31T01:00 60']],
  ['America/New_York', ['2027-01-01T00:00 -300', '2027-03-14T07:00 -240', '2027-11-07T06:00 -300']],
  ['Australia/Lord_Howe', ['2027-01-01T00:00 660', '2027-04-03T15:00 630', '2027-10-02T15:30 660']],
])('of %s finds each change of the clock, to the minute', (zone, offsets) => {
  expect(listed(zone)).toEqual(offsets);
});
