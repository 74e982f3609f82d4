import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../canonical-json.ts';
import { readEntriesOf } from '../testing/memory-log.ts';
import { sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { consistencyProof, inclusionProof } from '../tree/proofs.ts';
import { type PruneNotice, pruneNoticeLine } from './export-lines.ts';
import { verifyExport } from './verify-export.ts';

/** The export began at this size; event 401 says later that events before 200 are deleted. */
const SIZE = 300;
const AT = 400;
const FIRST = 200;

function withPrune(facts: object = {}, organizationId = 'org_1', seed = 1) {
  const leaves = sampleLeaves(600, organizationId);
  const event = { ...JSON.parse(leaves[AT] ?? ''), action: 'audit_log.prune' };
  const said = {
    ...{ actor: { type: 'system', job: 'prune-audit-events' }, after: { firstSequence: FIRST } },
    ...facts,
  };
  return sampleLog(leaves.with(AT, canonicalJson({ ...event, ...said })), organizationId, seed);
}

async function noticeOf(log: ReturnType<typeof sampleLog>, changes: Partial<PruneNotice> = {}) {
  const hashes = readEntriesOf(log.entries);
  return pruneNoticeLine({
    leaf: log.leaves[AT] ?? '',
    checkpoint: log.checkpoint,
    inclusion: await inclusionProof(AT, 600, hashes),
    consistency: await consistencyProof(SIZE, 600, hashes),
    ...changes,
  });
}

/** An export of all events, from which the retention took those from one index up to another while it ran. */
function exported(from: number, to: number, notice?: string): string[] {
  const log = sampleLog(sampleLeaves(SIZE));
  const lines = log.exportLines((index) => index >= from && index < to, {});
  const gap = lines.findIndex((line) => line.startsWith('{"skipped"'));
  return notice === undefined ? lines : lines.toSpliced(gap, 0, notice);
}

describe('an export of all events, some of which the retention deleted while it ran', () => {
  it('is accepted, and says from which event on all are in it', async () => {
    const lines = exported(120, FIRST - 1, await noticeOf(withPrune()));
    expect(await verifyExport(lines)).toMatchObject({
      ...{ size: SIZE, events: SIZE - 79, leftOut: 79, firstSequence: FIRST },
    });
  });

  it('is accepted where the first and the last events are gone', async () => {
    const notice = await noticeOf(withPrune());
    const first = { events: 101, leftOut: 199, firstSequence: FIRST };
    expect(await verifyExport(exported(0, FIRST - 1, notice))).toMatchObject(first);
    const all = await noticeOf(withPrune({ after: { firstSequence: 350 } }));
    const last = { events: 10, leftOut: 290, firstSequence: null };
    expect(await verifyExport(exported(10, SIZE, all))).toMatchObject(last);
  });

  it('is refused at the first event that the retention did not delete', async () => {
    const notice = await noticeOf(withPrune());
    const fails = (lines: readonly string[]) => expect(verifyExport(lines)).rejects;
    await fails(exported(120, FIRST, notice)).toMatchObject({ sequence: FIRST });
    await fails(exported(230, 240, notice)).toMatchObject({ sequence: 231 });
    await fails(exported(120, FIRST - 1)).toMatchObject({ sequence: 121 });
    const twice = exported(120, FIRST - 1, notice);
    const gap = twice.findIndex((line) => line.startsWith('{"skipped"'));
    await fails([...twice.slice(0, gap - 1), ...twice.slice(gap)]).toMatchObject({ sequence: 121 });
  });

  it.each<[string, () => Promise<string> | string, string]>([
    [
      'no job of the server says it',
      () => noticeOf(withPrune({ actor: { type: 'member', memberId: 'mem_1' } })),
      'Event 121 is missing, in an export',
    ],
    [
      'the event is of another action',
      () => noticeOf(withPrune({ action: 'audit_log.update' })),
      'Event 121 is missing, in an export',
    ],
    [
      'the event is not in the log',
      () =>
        noticeOf(withPrune(), {
          leaf: withPrune({ after: { firstSequence: 300 } }).leaves[AT] ?? '',
        }),
      'is not in the log',
    ],
    [
      'the log with the event does not continue that of the export',
      () => noticeOf(sampleLog(withPrune().leaves.with(7, sampleLeaves(9)[8] ?? ''))),
      'does not continue',
    ],
    [
      'the log of another organization says it',
      () => noticeOf(withPrune({}, 'org_2')),
      'not signed by',
    ],
    ['another key signed it', () => noticeOf(withPrune({}, 'org_1', 2)), 'not signed by'],
    [
      'the event has another number than its place',
      () => noticeOf(withPrune({ sequence: 402 })),
      'is not in the log',
    ],
    [
      'the event belongs to another organization',
      () => noticeOf(withPrune({ organizationId: 'org_2' })),
      'another organization',
    ],
    [
      'the event is not canonical',
      () => {
        const log = withPrune();
        const leaf = `${log.leaves[AT]} `;
        return noticeOf(sampleLog(log.leaves.with(AT, leaf)), { leaf });
      },
      'not canonical',
    ],
    [
      'the line has something else',
      async () => (await noticeOf(withPrune())).replace(/}}$/, '},"more":1}'),
      'was edited',
    ],
    ['the proofs are cut', () => noticeOf(withPrune(), { inclusion: [] }), 'is not in the log'],
    ['a hash is cut', () => noticeOf(withPrune(), { inclusion: [Buffer.alloc(9)] }), 'is damaged'],
    ['nothing is in the line', () => '{"pruned":{}}', 'is damaged'],
    ['no proof is in the line', () => '{"pruned":{"leaf":"{}","checkpoint":""}}', 'is damaged'],
    [
      'it names no event',
      () => '{"pruned":{"leaf":1,"checkpoint":2,"inclusion":[],"consistency":[]}}',
      'is damaged',
    ],
  ])('is refused where %s', async (_, notice, message) => {
    const lines = exported(120, FIRST - 1, await notice());
    await expect(verifyExport(lines)).rejects.toThrow(message);
  });
});
