import { upward } from '@tollkeeper/protocol';
import { expect, test } from 'vitest';
import { createFaults } from './faults.ts';

test('says all that is wrong at once, the newest of each topic', () => {
  const faults = createFaults();
  expect(faults.text()).toBeNull();

  faults.set('disk', 'The disk is full.');
  faults.set('rejected', 'Something was not applied.');
  faults.set('disk', 'The disk is broken.');
  expect(faults.text()).toBe('The disk is broken. Something was not applied.');

  expect(faults.text('rejected')).toBe('The disk is broken.');

  faults.clear('disk');
  expect(faults.text()).toBe('Something was not applied.');
});

test('says nothing that the control plane could not store', () => {
  const faults = createFaults();
  faults.set('disk', `line\nbreak, nul \0, half \ud83d${'😀'.repeat(300)}`);
  const health = {
    ...{ type: 'health', callsPerMinute: 0, cpuPercent: 0, memoryBytes: 0, spooledCalls: 0 },
    fault: faults.text(),
  };

  expect(upward.safeParse(health)).toMatchObject({ success: true });
  expect(upward.safeParse({ ...health, fault: 'nul \0' })).toMatchObject({ success: false });
});
