import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../canonical-json.ts';
import { sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { verifyExport } from './verify-export.ts';
import { verifyLiveLog } from './verify-live-log.ts';

const JOB = { type: 'system', job: 'prune-audit-events' };

/** A log whose event 401 says from where on events were kept. */
function withPrune(firstSequence: unknown, facts: object = {}) {
  const leaves = sampleLeaves(600);
  const event = { ...JSON.parse(leaves[400] ?? ''), actor: JOB, action: 'audit_log.prune' };
  const after = { firstSequence };
  return sampleLog(leaves.with(400, canonicalJson({ ...event, after, ...facts })));
}

it('accepts a log from a later event on once the log says that older ones were pruned', async () => {
  const log = withPrune(100);
  const readTile = (path: string) =>
    path === 'entries/000' ? Promise.reject(new Error('pruned')) : log.readTile(path);
  const pruned = await verifyLiveLog({ ...log, readTile, firstSequence: 100 });
  expect(pruned).toMatchObject({ size: 600, events: 344, firstSequence: 257 });
});

describe('where the first event that was kept is not the first of its tile', () => {
  /** No bundle can be read: event 401, too, which says that older ones were pruned, is in the tile that is cut. */
  const log = withPrune(390);
  const oldest = log.leaves.slice(389, 512);
  const verify = (leaves: readonly string[]) =>
    verifyLiveLog({
      ...{ ...log, firstSequence: 390 },
      readOldest: async (count) => leaves.slice(0, count),
    });

  it('its events are verified one by one', async () => {
    const verified = { size: 600, events: 211, firstSequence: 390, leftOut: 389 };
    expect(await verify([...oldest, 'of the next tile'])).toMatchObject(verified);
    await expect(verifyLiveLog({ ...log, firstSequence: 390 })).rejects.toThrow('no event of');
  });

  it.each([
    ['edited', oldest.with(30, (oldest[30] ?? '').replace('"note":""', '"note":"x"')), 420],
    ['gone', oldest.toSpliced(30, 1), 420],
    ['the first and gone', oldest.slice(1), 390],
    ['the last and gone', oldest.slice(0, -1), 512],
    ['no JSON', oldest.with(30, '{'), 420],
  ])('and one of them is named that is %s', async (_, leaves, sequence) => {
    await expect(verify(leaves)).rejects.toMatchObject({ sequence });
  });
});

it.each([
  ['no event says so', sampleLog(sampleLeaves(600)), 100, 1],
  ['it says so of fewer events', withPrune(100), 101, 100],
  ['a member says so', withPrune(100, { actor: { type: 'member', memberId: 'mem_1' } }), 100, 1],
  ['an event of another action says so', withPrune(100, { action: 'audit_log.update' }), 100, 1],
  ['it says no number', withPrune('100'), 100, 1],
  ['it says nothing', withPrune(null), 100, 1],
])(
  'refuses a log whose first events are missing where %s',
  async (_, log, firstSequence, first) => {
    await expect(verifyLiveLog({ ...log, firstSequence })).rejects.toMatchObject({
      sequence: first,
    });
  },
);

describe('an export that says that it has all events', () => {
  const from = (index: number) => (each: number) => each < index;
  const failing = (lines: readonly string[]) => expect(verifyExport(lines)).rejects;

  it('begins with the first event that was kept', async () => {
    const lines = withPrune(100).exportLines(from(99), {});
    const verified = { events: 501, firstSequence: 100, leftOut: 99, filter: {} };
    expect(await verifyExport(lines)).toMatchObject(verified);
  });

  it('is refused when the log does not say that older ones were pruned', async () => {
    await failing(withPrune(99).exportLines(from(99), {})).toMatchObject({ sequence: 99 });
    const none = sampleLog(sampleLeaves(9)).exportLines(() => true, {});
    await failing(none).toMatchObject({ sequence: 1 });
  });

  it('is refused when it leaves out one further on, as one with a filter may', async () => {
    const log = sampleLog(sampleLeaves(20));
    const left = (index: number) => index === 12;
    await failing(log.exportLines(left, {})).toMatchObject({ sequence: 13 });
    expect(await verifyExport(log.exportLines(left))).toMatchObject({ events: 19, leftOut: 1 });
  });

  it('is refused, with a filter as well, at an event that the server no longer has', async () => {
    const lines = sampleLog(sampleLeaves(20)).exportLines((index) => index === 12);
    const missing = lines.map((line) => line.replace('{"skipped":', '{"missing":'));
    await failing(missing).toThrow('Event 13 is missing: the server says that it was deleted');
  });
});
