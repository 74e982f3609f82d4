import { expect, it } from 'vitest';
import { requestsCommand, setPlanCommand } from './billing-commands.ts';

it.each([
  ['2027-01-31', true],
  ['2027-01-31T12:00:00+14:00', true],
  ['2027-02-31', false],
  ['2027-02-30T12:00:00Z', false],
  ['2027-01-31T12:00:00', false],
  ['9999-12-31', false],
  ['tomorrow', false],
])('reads "%s" as the end of a plan: %s', (until, isRead) => {
  expect(setPlanCommand('pro', { until }, 'req_test') !== undefined).toBe(isRead);
});

it.each([
  [['list'], true],
  [['approve', 'acme', 'pro'], true],
  [['approve', 'acme'], false],
  [['approve', 'acme', 'gold'], false],
  [['decline', 'acme'], true],
  [['decline', 'acme', 'pro'], false],
  [['decline', 'acme', undefined, 'x'], false],
])('takes requests %j as a command: %s', (args, isCommand) => {
  expect(requestsCommand(args, undefined, 'req_test') !== undefined).toBe(isCommand);
});
