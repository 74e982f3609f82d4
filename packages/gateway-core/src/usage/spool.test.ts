import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CallSubject } from '../fleet.ts';
import { limitedDisk, makeFolder } from './disk.fixture.ts';
import { openReader, openSpool, openWriter, type UsageBatch, type UsageSpool } from './index.ts';
import { createModel } from './model-control-plane.fixture.ts';
import { namesIn } from './segment-name.ts';
import { callsOf } from './sums.ts';

const RUN = '0'.repeat(32);
const OTHER_RUN = '1'.repeat(32);
const NOON_MS = 1_732_449_600_000;
const MINUTE_MS = 60_000;

describe('settling', () => {
  it('happens by itself at the end of a turn', async () => {
    const folder = makeFolder();
    openSpool(folder, RUN).count(key(1), true, NOON_MS);
    expect(namesIn(join(folder, RUN))).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(drain(openReader(folder, () => false))).toMatchObject([{ rows: [{ accepted: 1 }] }]);
  });

  it('writes once for all calls of a turn, and nothing when there were none', () => {
    let writes = 0;
    const disk = limitedDisk();
    const write: typeof disk.write = (...args) => {
      writes += 1;
      return disk.write(...args);
    };
    const spool = openSpool(makeFolder(), RUN, { write });
    for (let call = 0; call < 100; call += 1) spool.count(key(call), true, NOON_MS);
    for (let again = 0; again < 3; again += 1) spool.flush();
    expect(writes).toBe(1);
  });
});

describe('a batch', () => {
  it('sums by key, owner, workspace and minute, and tells the last accepted call', () => {
    const spool = openSpool(makeFolder(), RUN);
    const workspaceId = `ws_${'w'.repeat(20)}`;
    spool.count(key(1), true, NOON_MS + 7.9);
    spool.count(key(1), true, NOON_MS + 5);
    spool.flush();
    spool.count(key(1), false, NOON_MS + 9);
    spool.count(key(1), false, NOON_MS + MINUTE_MS);
    spool.count({ ...key(1), workspaceId }, true, NOON_MS);
    spool.roll();

    const of = (minuteMs: number) => ({ keyId: key(1).keyId, ownerId: key(1).ownerId, minuteMs });
    const plain = { workspaceId: null, lastAcceptedMs: 0 };
    expect(spool.next()?.rows).toEqual([
      { ...of(NOON_MS), ...plain, accepted: 2, denied: 1, lastAcceptedMs: NOON_MS + 7 },
      { ...of(NOON_MS + MINUTE_MS), ...plain, accepted: 0, denied: 1 },
      { ...of(NOON_MS), workspaceId, accepted: 1, denied: 0, lastAcceptedMs: NOON_MS },
    ]);
  });

  it('fits in a message, however many keys call at once', () => {
    const spool = openSpool(makeFolder(), RUN);
    for (let index = 0; index < 40_000; index += 1) {
      spool.count({ ...key(index), workspaceId: `ws_${'w'.repeat(20)}` }, true, NOON_MS);
    }
    spool.close();
    const batches = drain(spool);
    expect(batches.length).toBeGreaterThan(2);
    // The model refuses what is larger than a message may be.
    expect(callsTakenOf(batches)).toBe(40_000);
    // A row of the longest numbers there can be.
    const row = { ...batches[0]?.rows[0], accepted: 1e15, denied: 1e15, lastAcceptedMs: 1e15 };
    expect(JSON.stringify(row).length * 16_384).toBeLessThan(5e6);
  });

  it('waits while another of the same run is not taken yet', () => {
    const spool = openSpool(makeFolder(), RUN);
    const sent: (number | undefined)[] = [];
    for (let second = 0; second < 3; second += 1) {
      spool.count(key(1), true, NOON_MS);
      spool.roll();
      sent.push(spool.next()?.sequence);
    }
    spool.stored(RUN, 1);
    spool.roll();
    expect([...sent, spool.next()?.sequence]).toEqual([1, 1, 1, 2]);
    expect(spool.next()?.rows).toMatchObject([{ accepted: 2 }]);
    expect(spool.pendingCalls()).toBe(2);
  });
});

describe('without the control plane', () => {
  it('keeps a day of calls in kilobytes for each key', () => {
    const [folder, keys, callsPerMinute] = [makeFolder(), 20, 30];
    const spool = openSpool(folder, RUN);
    for (let minute = 0; minute < 1440; minute += 1) {
      for (let call = 0; call < keys * callsPerMinute; call += 1) {
        spool.count(key(call % keys), true, NOON_MS + minute * MINUTE_MS);
        if (call % keys === 0) spool.flush();
      }
      spool.roll();
    }
    expect(spool.pendingCalls()).toBe(1440 * keys * callsPerMinute);
    expect(bytesIn(join(folder, RUN)) / keys).toBeLessThan(250_000);
    spool.close();
    expect(callsTakenOf(drain(spool))).toBe(1440 * keys * callsPerMinute);
  });
});

describe('a full disk', () => {
  it('stops no call: it is counted in memory, reported, and handed over from there', () => {
    const disk = limitedDisk();
    const spool = openSpool(makeFolder(), RUN, { write: disk.write });
    disk.free = 150;
    for (let call = 0; call < 5; call += 1) {
      spool.count(key(call), true, NOON_MS);
      spool.flush();
    }
    expect(spool.fault()).toMatch(
      /^Cannot write counts to ".*": ENOSPC.*\. Counted in memory only until that works: 4 calls\.$/,
    );
    expect(spool.pendingCalls()).toBe(5);
    expect(callsTakenOf(drain(spool))).toBe(5);
    expect(spool.pendingCalls()).toBe(0);

    spool.count(key(9), true, NOON_MS);
    disk.free = Number.POSITIVE_INFINITY;
    spool.roll();
    expect(spool.fault()).toBeNull();
    expect(spool.next()).toMatchObject({ sequence: 3, rows: [{ keyId: key(9).keyId }] });
  });

  it('does not grow the memory beyond what the number of keys asks for', () => {
    const disk = limitedDisk();
    const spool = openSpool(makeFolder(), RUN, { write: disk.write });
    disk.free = 0;
    for (let minute = 0; minute < 14_000; minute += 1) {
      for (let index = 0; index < 10; index += 1) {
        spool.count(key(index), index > 0, NOON_MS + minute * MINUTE_MS);
      }
      spool.flush();
    }
    disk.free = Number.POSITIVE_INFINITY;
    spool.roll();
    spool.close();
    const batches = drain(spool);
    expect(callsTakenOf(batches)).toBe(140_000);
    expect(batches.flatMap(({ rows }) => rows).length).toBeLessThan(70_000);
  });

  it('is reported when not even a folder can be made', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, RUN), 'in the way');
    const spool = openSpool(folder, RUN);
    spool.count(key(1), true, NOON_MS);
    spool.flush();
    expect(spool.fault()).toMatch(/^Cannot write counts/);
    expect(spool.pendingCalls()).toBe(1);
  });
});

describe('several runs in a folder', () => {
  it('takes from a run that counts only what is closed, and all when it ended', () => {
    const folder = makeFolder();
    const live = new Set([RUN, OTHER_RUN]);
    const writers = [RUN, OTHER_RUN].map((run) => openWriter(join(folder, run)));
    const reader = openReader(folder, (run) => live.has(run));
    for (const writer of writers) {
      writer.count(key(1), true, NOON_MS);
      writer.flush();
    }
    expect(reader.next()).toBeUndefined();
    writers[0]?.roll();
    expect(drain(reader)).toMatchObject([{ spoolId: RUN, sequence: 1 }]);
    live.delete(OTHER_RUN);
    expect(reader.waitingCalls()).toBe(1);
    expect(drain(reader)).toMatchObject([{ spoolId: OTHER_RUN, sequence: 1 }]);
    expect(namesIn(folder)).toEqual([RUN]);
  });

  it('removes nothing that it did not hand over, whatever the control plane says it took', () => {
    const folder = makeFolder();
    const spool = openSpool(folder, RUN);
    mkdirSync(join(folder, 'else'));
    writeFileSync(join(folder, 'else', '1-1.log'), '');
    spool.count(key(1), true, NOON_MS);
    spool.flush();
    for (const id of ['else', `../${folder.split('/').at(-1)}/else`, OTHER_RUN]) {
      spool.stored(id, 1);
    }
    spool.stored(RUN, 1);
    expect(readdirSync(join(folder, 'else'))).toEqual(['1-1.log']);
    spool.roll();
    expect(spool.next()).toMatchObject({ sequence: 1, rows: [{ accepted: 1 }] });
  });

  it('hands over what a damaged file still tells, and reports the rest', () => {
    const folder = makeFolder();
    const spool = openSpool(folder, RUN);
    for (const number of [1, 2, 3]) spool.count(key(number), true, NOON_MS);
    spool.roll();
    const [name = ''] = namesIn(join(folder, RUN));
    const path = join(folder, RUN, name);
    writeFileSync(path, readFileSync(path, 'latin1').replace(key(2).keyId, 'key_\0'));
    expect(spool.next()?.rows.map(({ keyId }) => keyId)).toEqual([key(1).keyId, key(3).keyId]);
    expect(spool.fault()).toBe(`"${path}" is damaged: 1 of its lines cannot be counted.`);
  });
});

function key(number: number): CallSubject {
  const keyId = `key_${String(number).padStart(20, '0')}`;
  return { keyId, ownerId: `mem_${'m'.repeat(20)}`, workspaceId: null };
}

function drain(from: Pick<UsageSpool, 'next' | 'stored'>): UsageBatch[] {
  const batches: UsageBatch[] = [];
  for (let batch = from.next(); batch; batch = from.next()) {
    batches.push(batch);
    from.stored(batch.spoolId, batch.sequence);
  }
  return batches;
}

function callsTakenOf(batches: readonly UsageBatch[]): number {
  const model = createModel();
  for (const batch of batches) model.take(batch);
  return callsOf(model.sums);
}

function bytesIn(folder: string): number {
  return namesIn(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
