import { expect, it } from 'vitest';
import { canonicalJson } from '../canonical-json.ts';
import { sampleLeaves, sampleLog } from '../testing/sample-log.ts';
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
