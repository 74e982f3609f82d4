import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointText } from '../note/checkpoint.ts';
import { signNote } from '../note/signed-note.ts';
import { isExportWhole } from '../testing/independent-verifier.ts';
import { mth } from '../testing/rfc-6962.ts';
import { sampleKey, sampleLeaf, sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { VerificationError } from './verification-error.ts';
import { verifyExport } from './verify-export.ts';
import { verifyLiveLog } from './verify-live-log.ts';

const RUNS = process.env.LONG ? 3000 : 30;

type Log = ReturnType<typeof sampleLog>;

const live = (log: Log, changes: object = {}) => verifyLiveLog({ ...log, ...changes });

/** Where the verification fails: the sequence of an event, or 'root' where none is named. */
async function failure(verified: Promise<unknown>): Promise<number | 'root' | undefined> {
  try {
    await verified;
    return undefined;
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return error.sequence ?? 'root';
  }
}

/** What an operator can do to the leaves of a log, and the first event that it concerns. */
const TAMPERINGS: Record<string, (leaves: string[], at: number) => number> = {
  edit(leaves, at) {
    leaves[at] = sampleLeaf(at + 1, 'org_1', 'edited');
    return at + 1;
  },
  remove(leaves, at) {
    leaves.splice(at, 1);
    return at + 1;
  },
  insert(leaves, at) {
    leaves.splice(at, 0, sampleLeaf(at + 1, 'org_1', 'inserted'));
    return at + 1;
  },
  swap(leaves, at) {
    leaves.splice(at, 2, ...leaves.slice(at, at + 2).reverse());
    return at + 1;
  },
  truncate(leaves, at) {
    leaves.splice(at);
    return at + 1;
  },
  mix(leaves, at) {
    leaves[at] = sampleLeaf(at + 1, 'org_2');
    return at + 1;
  },
  damage(leaves, at) {
    leaves[at] = '{';
    return at + 1;
  },
};

const tampering = fc.record({
  size: fc.integer({ min: 2, max: 40 }),
  place: fc.nat(),
  kind: fc.constantFrom(...Object.keys(TAMPERINGS)),
});

function tampered(kind: string, size: number, place: number) {
  const leaves = sampleLeaves(size);
  // So that there is an event after it, to swap with.
  const expected = TAMPERINGS[kind]?.(leaves, place % (size - 1)) ?? 0;
  return { leaves, expected };
}

describe('an export', () => {
  it('is accepted with any part left out, by us and by an independent verifier', async () => {
    const filter = fc.array(fc.boolean(), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(filter, async (left) => {
        const log = sampleLog(sampleLeaves(left.length));
        const lines = log.exportLines((index) => left[index] ?? false);
        expect(isExportWhole(lines)).toBe(true);
        const verified = await verifyExport(lines, { key: log.key });
        expect(verified).toMatchObject({
          size: left.length,
          events: left.filter((each) => !each).length,
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused after any tampering, with the first event named', async () => {
    await fc.assert(
      fc.asyncProperty(tampering, async ({ size, place, kind }) => {
        const { leaves, expected } = tampered(kind, size, place);
        const [head = '', hashes = ''] = sampleLog(sampleLeaves(size)).exportLines();
        expect(await failure(verifyExport([head, hashes, ...leaves]))).toBe(expected);
        // Without hashes, an edited event shows by the root, and an inserted one by the next.
        const unnamed: Record<string, number | 'root'> = { edit: 'root', insert: expected + 1 };
        expect(await failure(verifyExport([head, ...leaves]))).toBe(unnamed[kind] ?? expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('has hashes of 256 events at a time, and of those that follow where it was resumed', async () => {
    const log = sampleLog(sampleLeaves(600));
    const lines = log.exportLines((index) => index === 9);
    expect(lines.filter((line) => line.includes('leafHashes'))).toHaveLength(4);
    const edit = (sequence: number) =>
      failure(
        verifyExport(lines.with(lines.indexOf(sampleLeaf(sequence)), `${sampleLeaf(sequence)} `)),
      );
    for (const sequence of [1, 9, 11, 266, 267, 600]) expect(await edit(sequence)).toBe(sequence);
    const rest = sampleLog(sampleLeaves(600)).exportLines((index) => index < 100);
    const after = rest.findIndex((line) => line.includes('leafHashes'));
    const resumed = lines.slice(0, lines.indexOf(sampleLeaf(100)) + 1).concat(rest.slice(after));
    expect(await failure(verifyExport(resumed))).toBe(undefined);
    const damaged = (hashes: unknown) =>
      failure(verifyExport(lines.with(1, JSON.stringify({ leafHashes: hashes }))));
    for (const hashes of ['', 'AAAA', 7, null]) expect(await damaged(hashes)).toBe(1);
    expect(await damaged(Buffer.alloc(32).toString('base64'))).toBe(1);
  });

  it('is refused when what it leaves out is not what stands there', async () => {
    const log = sampleLog(sampleLeaves(24));
    const lines = log.exportLines((index) => index > 3 && index < 20);
    const gap = lines.findIndex((line) => line.includes('skipped'));
    const replaced = (change: (skipped: Record<string, unknown>) => object) => {
      const { skipped } = JSON.parse(lines[gap] ?? '');
      const line = JSON.stringify({ skipped: { ...skipped, ...change(skipped) } });
      return failure(verifyExport(lines.with(gap, line)));
    };
    expect(await failure(verifyExport(lines))).toBe(undefined);
    expect(await failure(verifyExport(lines.toSpliced(gap, 1)))).toBe(5);
    expect(await replaced(() => ({ hash: Buffer.alloc(32).toString('base64') }))).toBe('root');
    expect(await replaced(() => ({ hash: 'AAAA' }))).toBe(5);
    expect(await replaced(() => ({ start: 3 }))).toBe(5);
    expect(await replaced(() => ({ end: 7 }))).toBe(5);
    expect(await replaced(() => ({ end: 12 }))).toBe(5);
    expect(await replaced(() => ({ start: 4, end: 2 ** 40 + 4 }))).toBe(5);
    expect(await replaced(() => ({ start: null }))).toBe(5);
    // The right hash, said to be that of other events.
    expect(await replaced(() => ({ start: 8, end: 12 }))).toBe(5);
    expect(await replaced(() => ({ end: 4.5 }))).toBe(5);
  });

  it('is refused when it leaves out what is no subtree of the log', async () => {
    const log = sampleLog(sampleLeaves(24));
    const changed = (from: number, end: number) => {
      const lines = log.exportLines((index) => index >= from);
      const gap = lines.findIndex((line) => line.includes('skipped'));
      const { skipped } = JSON.parse(lines[gap] ?? '');
      const line = JSON.stringify({ skipped: { ...skipped, end } });
      return failure(verifyExport(lines.with(gap, line)));
    };
    expect(await changed(12, 16)).toBe(undefined);
    expect(await changed(12, 15)).toBe(13);
    expect(await changed(16, 24)).toBe(undefined);
    expect(await changed(16, 32)).toBe(17);
  });

  it('is refused with a line that is no audit event', async () => {
    const lines = sampleLog(sampleLeaves(3)).exportLines();
    for (const line of ['{}', '[]', '7', 'null']) {
      const changed = lines.with(lines.indexOf(sampleLeaf(2)), line);
      await expect(verifyExport(changed)).rejects.toThrow('Event 2 is no audit event');
    }
  });

  it('is refused with events after its end, without its first line, and without anything', async () => {
    const log = sampleLog(sampleLeaves(3));
    const lines = log.exportLines();
    expect(await failure(verifyExport([...lines, sampleLeaf(4)]))).toBe(4);
    await expect(verifyExport(lines.slice(1))).rejects.toThrow('begins with no checkpoint');
    await expect(verifyExport(['x'])).rejects.toThrow('begins with no JSON');
    await expect(verifyExport([])).rejects.toThrow('is empty');
  });
});

describe('the live log', () => {
  it('is accepted whole', async () => {
    const log = sampleLog(sampleLeaves(600));
    const whole = { origin: 'keys.example.com/org_1', size: 600, events: 600, firstSequence: 1 };
    const rest = { continues: null, leftOut: 0, filter: {} };
    expect(await live(log)).toEqual({ ...whole, ...rest });
  });

  it('is refused after any tampering with events, with the first one named', async () => {
    await fc.assert(
      fc.asyncProperty(tampering, async ({ size, place, kind }) => {
        const { leaves, expected } = tampered(kind, size, place);
        const log = sampleLog(sampleLeaves(size));
        const { readTile } = sampleLog(leaves);
        const serve = (path: string) =>
          (path.startsWith('entries') ? readTile : log.readTile)(path);
        expect(await failure(live(log, { readTile: serve }))).toBe(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused when a tile does not fit the one above, or is cut', async () => {
    const log = sampleLog(sampleLeaves(600));
    const serve = (name: string, change: (tile: Buffer) => Buffer) => async (path: string) => {
      const tile = await log.readTile(path);
      return path === name ? change(Buffer.from(tile)) : tile;
    };
    const flip = (tile: Buffer) => {
      tile[70] = (tile[70] ?? 0) ^ 1;
      return tile;
    };
    const fails = (name: string, change = flip) =>
      failure(live(log, { readTile: serve(name, change) }));
    expect(await fails('0/001')).toBe(257);
    expect(await fails('0/002.p/88')).toBe('root');
    expect(await fails('1/000.p/2', (tile) => tile.fill(0))).toBe('root');
    expect(await fails('0/000', (tile) => tile.subarray(32))).toBe(1);
    expect(await fails('0/002.p/88', (tile) => tile.subarray(32))).toBe(513);
    expect(await fails('0/002.p/88', (tile) => Buffer.concat([tile, tile]))).toBe(513);
    expect(await fails('entries/001', (bundle) => bundle.subarray(0, 300))).toBe(257);
  });
});

it('a log that was signed with the event of another organization, or a wrong number, is refused', async () => {
  for (const foreign of [sampleLeaf(4, 'org_2'), sampleLeaf(5), 'null']) {
    const signed = sampleLog(sampleLeaves(9).with(3, foreign));
    expect(await failure(live(signed))).toBe(4);
    expect(await failure(verifyExport(signed.exportLines()))).toBe(4);
  }
});

describe('a checkpoint', () => {
  const log = sampleLog(sampleLeaves(20));
  const rewritten = [
    ...sampleLeaves(12),
    ...sampleLeaves(25)
      .slice(12)
      .map((_, n) => sampleLeaf(n + 13, 'org_1', 'rewritten')),
  ];

  it('is refused by another key, another log, and when it was edited', async () => {
    const forged = sampleLog(rewritten, 'org_1', 2);
    const other = sampleLog(sampleLeaves(20, 'org_2'), 'org_2');
    const both = [
      (foreign: Log) => verifyExport(foreign.exportLines(), { key: log.key }),
      (foreign: Log) => live({ ...foreign, key: log.key }),
    ];
    for (const verify of both) {
      for (const foreign of [forged, other]) {
        await expect(verify(foreign)).rejects.toThrow('not signed by the log');
      }
    }
    const origin = 'keys.example.com/org_2';
    const text = checkpointText({ origin, size: 20, rootHash: mth(log.entries) });
    const misnamed = signNote(text, { name: log.key.name, privateKey: sampleKey(1) });
    await expect(live(log, { checkpoint: misnamed })).rejects.toThrow(`of the log "${origin}"`);
    const edited = log.checkpoint.replace('\n20\n', '\n19\n');
    await expect(live({ ...log, checkpoint: edited })).rejects.toThrow('not signed by the log');
  });

  it('that was kept shows a tail that was rewritten and signed again, or cut off', async () => {
    const { key, checkpoint: earlier } = log;
    const grown = sampleLog(sampleLeaves(25));
    const short = sampleLog(sampleLeaves(15));
    const again = sampleLog(rewritten);
    for (const verify of [
      (later: Log) => verifyExport(later.exportLines(), { key, earlier }),
      (later: Log) => live(later, { earlier }),
    ]) {
      expect(await verify(grown)).toMatchObject({ continues: 20 });
      expect(await failure(verify(short))).toBe(16);
      await expect(verify(again)).rejects.toThrow('does not continue the earlier checkpoint');
      await expect(verify(log)).resolves.toMatchObject({ continues: 20 });
    }
  });

  it('is not compared where the export left out the events around it', async () => {
    const grown = sampleLog(sampleLeaves(64));
    const lines = grown.exportLines((index) => index >= 16 && index < 32);
    expect(await verifyExport(lines, { earlier: log.checkpoint })).toMatchObject({
      continues: null,
    });
  });
});
