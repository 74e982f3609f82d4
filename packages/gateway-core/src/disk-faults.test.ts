import { expect, it, vi } from 'vitest';
import type { Fleet } from './fleet.ts';
import { createTestClock } from './testing/clock.ts';
import { breakDisk, type DiskFault } from './testing/disk-faults.fixture.ts';
import { start } from './testing/start.ts';
import { startConnected } from './testing/start-connected.ts';
import { decisionsOf, idOf, keyOf, OWNER } from './testing/world.ts';

const BEFORE = ['valid', 'valid', 'valid', 'not_found'];
const AFTER = ['valid', 'revoked', 'valid', 'not_found'];
const SUBJECT = { keyId: idOf('key', 1), ownerId: OWNER, workspaceId: null };
const CODES: Record<DiskFault, RegExp> = {
  ENOSPC: /ENOSPC/,
  EIO: /EIO.*write/,
  'EIO on fsync': /EIO.*fsync/,
};
const WRITE_FAULTS = ['ENOSPC', 'EIO'] as const;
const FAULTS = [...WRITE_FAULTS, 'EIO on fsync'] as const;

function decided(fleet: Fleet): string[] | string {
  const keys = fleet.keys();
  return typeof keys === 'string' ? keys : decisionsOf(keys.index, 4);
}

async function startOnDisk() {
  const clock = createTestClock();
  const scene = await startConnected({ clock });
  await vi.waitFor(() => expect(scene.fleet.status().ageMs).toBe(0));
  const { controlPlane, connection, fleet } = scene;
  return {
    ...scene,
    clock,
    revoke() {
      controlPlane.world.change(keyOf(2, { status: 'revoked' }));
      connection.send(controlPlane.changes(controlPlane.world.version() - 1));
    },
    /** Time passes, and the control plane sends a snapshot when it is asked for one. */
    async passTime(until: () => void) {
      let asked = count('resync');
      await vi.waitFor(() => {
        clock.advance(1000);
        if (count('resync') > asked)
          for (const part of controlPlane.snapshot()) connection.send(part);
        asked = count('resync');
        until();
      });
    },
    count,
    /** The next process on the same disk, out of reach of the control plane. */
    async restartOffline() {
      await fleet.close();
      await controlPlane.stop();
      return start({ ...scene.options, clock });
    },
  };

  function count(type: string) {
    return connection.received.filter((each) => each.type === type).length;
  }
}

it.each(FAULTS)('decides with what it receives on a disk with %s, and says so', async (fault) => {
  const { fleet, connection, revoke, passTime, count } = await startOnDisk();
  const acks = count('ack');
  await breakDisk(fault);
  expect(decided(fleet)).toEqual(BEFORE);
  revoke();

  await vi.waitFor(() => expect(decided(fleet)).toEqual(AFTER));
  await passTime(() => {
    expect(fleet.status().fault).toMatch(/The snapshot cannot be stored/);
    expect(fleet.status().fault).toMatch(CODES[fault]);
  });
  const toldByHealth = () =>
    connection.received.some(
      (each) => each.type === 'health' && CODES[fault].test(each.fault ?? ''),
    );
  await passTime(() => expect(toldByHealth()).toBe(true));
  expect(fleet.status().connected).toBe(true);
  // What an fsync failed for outlives this process all the same, but no write that failed.
  if (fault !== 'EIO on fsync') expect(count('ack')).toBe(acks);
});

it.each(FAULTS)('stores all of it once the disk has no %s any more', async (fault) => {
  const { fleet, revoke, passTime, restartOffline } = await startOnDisk();
  const { mend } = await breakDisk(fault);
  revoke();
  await passTime(() => expect(fleet.status().fault).toMatch(CODES[fault]));
  mend();

  await passTime(() => expect(fleet.status().fault).toBeNull());
  expect(decided(fleet)).toEqual(AFTER);
  expect(decided(await restartOffline())).toEqual(AFTER);
});

it.each(FAULTS)('holds no snapshot open that it could not keep: %s', async (fault) => {
  const { passTime, revoke, count } = await startOnDisk();
  const { failed } = await breakDisk(fault);
  revoke();
  await passTime(() => expect(count('resync')).toBeGreaterThan(2));

  // One that nobody closes ends the process, once its memory is collected.
  const drafts = new Set(failed);
  await vi.waitFor(() => expect([...drafts].filter(({ fd }) => fd !== -1)).toEqual([]));
  expect(drafts.size).toBeGreaterThan(1);
});

it.each(FAULTS)('takes no half of a snapshot for one after a restart: %s', async (fault) => {
  const { fleet, revoke, passTime, restartOffline } = await startOnDisk();
  await breakDisk(fault);
  revoke();
  await passTime(() => expect(fleet.status().fault).toMatch(CODES[fault]));

  // It did not say that it refuses the key, or it still does.
  const after = await restartOffline();
  expect([BEFORE, AFTER]).toContainEqual(decided(after));
  if (fault === 'EIO on fsync') expect(decided(after)).toEqual(AFTER);
});

it.each(WRITE_FAULTS)('loses no count to %s, nor does it count twice', async (fault) => {
  const { fleet, connection, passTime } = await startOnDisk();
  connection.takesUsage = false;
  const call = () => fleet.count(SUBJECT, true, 1_700_000_000_000);
  call();
  await new Promise((resolve) => setImmediate(resolve));
  const { mend } = await breakDisk(fault);
  for (let n = 0; n < 10; n++) call();
  await passTime(() => {
    expect(fleet.status().fault).toMatch(/Cannot write counts/);
    expect(fleet.status().fault).toMatch(CODES[fault]);
  });
  expect(fleet.status().spooledCalls).toBe(11);
  expect(decided(fleet)).toEqual(BEFORE);
  mend();
  connection.takesUsage = true;

  await passTime(() => expect(fleet.status().spooledCalls).toBe(0));
  expect(fleet.status().fault).toBeNull();
  const batches = new Map<string, number>();
  for (const each of connection.received) {
    if (each.type !== 'usage') continue;
    const accepted = each.rows.reduce((sum, row) => sum + row.accepted, 0);
    batches.set(`${each.spoolId} ${each.sequence}`, accepted);
  }
  expect([...batches.values()].reduce((sum, each) => sum + each, 0)).toBe(11);
});
