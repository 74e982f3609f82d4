import { describe, expect, it } from 'vitest';
import { sampleLeaf, sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { verifyExport } from './verify-export.ts';

/** An export whose lines are a head, hashes of events, two events, what was left out, and one more event. */
const LINES = sampleLog(sampleLeaves(5)).exportLines((index) => index === 2 || index === 3);

describe('a line that only proves', () => {
  const proofs = LINES.filter((line) => /checkpoint|leafHashes|skipped/.test(line));

  it.each(proofs)('is refused with an event beside its proof: %s', async (line) => {
    const forged = JSON.stringify({ ...JSON.parse(sampleLeaf(3)), ...JSON.parse(line) });
    await expect(verifyExport(LINES.with(LINES.indexOf(line), forged))).rejects.toThrow('edited');
  });

  it('is refused with the right hash of other events', async () => {
    const line = LINES.find((each) => each.includes('skipped')) ?? '';
    const moved = line.replace('"start":2,"end":4', '"start":4,"end":6');
    await expect(verifyExport(LINES.with(LINES.indexOf(line), moved))).rejects.toThrow(
      'Event 3 is missing: other events are marked as left out',
    );
  });

  it.each(proofs)('is refused in another form: %s', async (line) => {
    const member = line.slice(1, line.indexOf(':'));
    for (const other of [` ${line}`, line.replace('{', `{${member}:{"action":"forged"},`)]) {
      await expect(verifyExport(LINES.with(LINES.indexOf(line), other))).rejects.toThrow('edited');
    }
  });
});
