import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeEntries, readEntriesOf } from '../testing/memory-log.ts';
import { mth, path, proof } from '../testing/rfc-6962.ts';
import { type Hash, leafHash, nodeHash } from './hash.ts';
import { consistencyProof, inclusionProof } from './proofs.ts';
import { rootOf, subtreesOf } from './subtrees.ts';
import { verifyConsistency, verifyInclusion } from './verify-proofs.ts';

/** Every pair of numbers up to it is tried: 65 leaves have one that stands alone on three levels. */
const SIZE_MAX = process.env.LONG ? 260 : 33;

/** Known entries and roots of the reference implementation of RFC 6962, by size. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

it('has the known roots of RFC 6962', async () => {
  const hashes = readEntriesOf(ENTRIES.map((entry) => Buffer.from(entry, 'hex')));
  const roots = await Promise.all(ROOTS.map((_, size) => rootOf(size, hashes)));
  expect(roots.map(hex)).toEqual(ROOTS);
});

it('proves what the examples of RFC 6962, section 2.1.3, prove', async () => {
  const entries = makeEntries(7);
  const hashes = readEntriesOf(entries);
  const [a, b, c, d, e, f, j] = entries.map((entry) => leafHash(entry)) as readonly Hash[] as Seven;
  const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)];
  const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
  expect(await inclusionProof(0, 7, hashes)).toEqual([b, h, l]);
  expect(await inclusionProof(3, 7, hashes)).toEqual([c, g, l]);
  expect(await inclusionProof(4, 7, hashes)).toEqual([f, j, k]);
  expect(await inclusionProof(6, 7, hashes)).toEqual([i, k]);
  expect(await consistencyProof(3, 7, hashes)).toEqual([c, d, g, l]);
  expect(await consistencyProof(4, 7, hashes)).toEqual([l]);
  expect(await consistencyProof(6, 7, hashes)).toEqual([i, j, k]);
});
type Seven = readonly [Hash, Hash, Hash, Hash, Hash, Hash, Hash];

describe('for every size', () => {
  const entries = makeEntries(SIZE_MAX);
  const hashes = readEntriesOf(entries);
  const roots = entries.map((_, n) => mth(entries.slice(0, n + 1)));
  const rootAt = (size: number) => roots[size - 1] as Buffer;

  it('has the root and the inclusion proofs that the text of RFC 6962 defines, and accepts them', async () => {
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      expect(hex(await rootOf(size, hashes))).toBe(hex(rootAt(size)));
      for (let index = 0; index < size; index += 1) {
        const proven = await inclusionProof(index, size, hashes);
        if (!isSame(proven, path(index, entries.slice(0, size))))
          throw new Error(`${index} of ${size}`);
        const leaf = leafHash(entries[index] as Buffer);
        const claim = { leafHash: leaf, index, size, rootHash: rootAt(size), proof: proven };
        expect(verifyInclusion(claim)).toBe(true);
      }
    }
  });

  it('has the consistency proofs that the text of RFC 6962 defines, and accepts them', async () => {
    for (let second = 1; second <= SIZE_MAX; second += 1) {
      for (let first = 1; first < second; first += 1) {
        const proven = await consistencyProof(first, second, hashes);
        if (!isSame(proven, proof(first, entries.slice(0, second))))
          throw new Error(`${first} of ${second}`);
        const claim = {
          firstSize: first,
          secondSize: second,
          firstRoot: rootAt(first),
          secondRoot: rootAt(second),
          proof: proven,
        };
        expect(verifyConsistency(claim)).toBe(true);
      }
    }
  });
});

it('accepts no inclusion proof of which anything differs', async () => {
  const arbitrary = fc.integer({ min: 2, max: 40 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      index: fc.nat(size - 1),
      change: fc.constantFrom(...INCLUSION_CHANGES),
      at: fc.nat(6),
    }),
  );
  const all = makeEntries(41);
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ size, index, change, at }) => {
      const entries = all.slice(0, size);
      const hashes = readEntriesOf(entries);
      const claim = {
        leafHash: leafHash(entries[index] as Buffer),
        index,
        size,
        rootHash: mth(entries),
        proof: await inclusionProof(index, size, hashes),
      };
      const changed = { ...claim, ...change(claim, at) };
      expect(verifyInclusion(changed)).toBe(isSameClaim(claim, changed));
    }),
    { numRuns: RUNS },
  );
});

interface Inclusion {
  leafHash: Hash;
  index: number;
  size: number;
  rootHash: Hash;
  proof: readonly Hash[];
}
const INCLUSION_CHANGES: ((claim: Inclusion, at: number) => Partial<Inclusion>)[] = [
  (claim) => ({ leafHash: flipped(claim.leafHash) }),
  (claim) => ({ rootHash: flipped(claim.rootHash) }),
  ({ index }, at) => ({ index: index + at + 1 }),
  ({ index }, at) => ({ index: index - at - 1 }),
  ({ index }) => ({ index: index + 0.5 }),
  ({ size }) => ({ size: size - 0.5 }),
  ({ proof: hashes }, at) => ({
    proof: hashes.map((each, n) => (n === at % hashes.length ? flipped(each) : each)),
  }),
  ({ proof: hashes }, at) => ({ proof: hashes.filter((_, n) => n !== at % hashes.length) }),
  ({ proof: hashes }, at) => ({ proof: hashes.toSpliced(at, 0, Buffer.alloc(32)) }),
  ({ proof: hashes }, at) => ({
    proof: hashes.map((each, n) => (n === at % hashes.length ? each.subarray(1) : each)),
  }),
];

it('accepts no consistency proof of which anything differs', async () => {
  const arbitrary = fc.integer({ min: 2, max: 40 }).chain((secondSize) =>
    fc.record({
      secondSize: fc.constant(secondSize),
      firstSize: fc.integer({ min: 1, max: secondSize }),
      change: fc.constantFrom(...CONSISTENCY_CHANGES),
      at: fc.nat(6),
    }),
  );
  const entries = makeEntries(41);
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ firstSize, secondSize, change, at }) => {
      const claim = {
        firstSize,
        secondSize,
        firstRoot: mth(entries.slice(0, firstSize)),
        secondRoot: mth(entries.slice(0, secondSize)),
        proof: await consistencyProof(firstSize, secondSize, readEntriesOf(entries)),
      };
      const changed = { ...claim, ...change(claim, at) };
      expect(verifyConsistency(changed)).toBe(isSameClaim(claim, changed));
    }),
    { numRuns: RUNS },
  );
});

interface Consistency {
  firstSize: number;
  secondSize: number;
  firstRoot: Hash;
  secondRoot: Hash;
  proof: readonly Hash[];
}
const CONSISTENCY_CHANGES: ((claim: Consistency, at: number) => Partial<Consistency>)[] = [
  (claim) => ({ firstRoot: flipped(claim.firstRoot) }),
  (claim) => ({ secondRoot: flipped(claim.secondRoot) }),
  ({ secondSize }, at) => ({ firstSize: secondSize + at + 1 }),
  ({ firstSize }) => ({ firstSize: firstSize - 0.5 }),
  ({ proof: hashes }, at) => ({
    proof: hashes.map((each, n) => (n === at % hashes.length ? flipped(each) : each)),
  }),
  ({ proof: hashes }, at) => ({ proof: hashes.filter((_, n) => n !== at % hashes.length) }),
  ({ proof: hashes }, at) => ({ proof: hashes.toSpliced(at, 0, Buffer.alloc(32)) }),
];

const RUNS = process.env.LONG ? 50_000 : 300;

it('lets every log continue the empty one, and only the empty one be of size 0', () => {
  const second = { secondSize: 2, secondRoot: mth(makeEntries(2)) };
  const empty = { firstSize: 0, firstRoot: mth([]), proof: [] };
  expect(verifyConsistency({ ...empty, ...second })).toBe(true);
  expect(verifyConsistency({ ...empty, ...second, firstRoot: mth(makeEntries(1)) })).toBe(false);
  expect(verifyConsistency({ ...empty, ...second, proof: [Buffer.alloc(32)] })).toBe(false);
});

it('accepts no consistency proof of other sizes that need more or fewer hashes', async () => {
  const entries = makeEntries(8);
  const rootAt = (size: number) => mth(entries.slice(0, size));
  const claims = async (firstSize: number, secondSize: number, changed: object) => {
    const proof = await consistencyProof(firstSize, secondSize, readEntriesOf(entries));
    const [firstRoot, secondRoot] = [rootAt(firstSize), rootAt(secondSize)];
    const claim = { firstSize, secondSize, firstRoot, secondRoot, proof };
    expect(verifyConsistency(claim)).toBe(true);
    return verifyConsistency({ ...claim, ...changed });
  };
  expect(await claims(4, 7, { secondSize: 15 })).toBe(false);
  expect(await claims(7, 8, { firstSize: 3, secondSize: 4 })).toBe(false);
});

it('proves entries of logs that have more than 2^32 of them', async () => {
  const levels = [leafHash('same')];
  const hashes = (level: number): Hash => {
    levels[level] ??= nodeHash(hashes(level - 1), hashes(level - 1));
    return levels[level] as Hash;
  };
  const size = 2 ** 40 + 2 ** 33 + 5;
  const rootHash = await rootOf(size, hashes);
  for (const index of [0, 2 ** 33 + 1, size - 1]) {
    const claim = {
      leafHash: hashes(0),
      index,
      size,
      rootHash,
      proof: await inclusionProof(index, size, hashes),
    };
    expect(verifyInclusion(claim)).toBe(true);
  }
  const firstSize = 2 ** 36 + 7;
  const firstRoot = await rootOf(firstSize, hashes);
  const consistency = await consistencyProof(firstSize, size, hashes);
  expect(
    verifyConsistency({
      firstSize,
      firstRoot,
      secondSize: size,
      secondRoot: rootHash,
      proof: consistency,
    }),
  ).toBe(true);
});

it('cuts a gap into as few complete subtrees as there can be', () => {
  expect(subtreesOf(0, 0)).toEqual([]);
  expect(subtreesOf(3, 4)).toEqual([{ level: 0, index: 3 }]);
  expect(subtreesOf(1, 15).map(({ level }) => level)).toEqual([0, 1, 2, 2, 1, 0]);
  expect(subtreesOf(8, 12)).toEqual([{ level: 2, index: 2 }]);
});

it('refuses to prove what is not in the log', async () => {
  const hashes = readEntriesOf(makeEntries(3));
  for (const index of [-1, 3, 0.5])
    await expect(inclusionProof(index, 3, hashes)).rejects.toThrow(RangeError);
  await expect(consistencyProof(4, 3, hashes)).rejects.toThrow(RangeError);
});

function hex(hash: Hash): string {
  return Buffer.from(hash).toString('hex');
}

function flipped(hash: Hash): Hash {
  return Buffer.from(hash.map((byte, n) => (n === 31 ? byte ^ 1 : byte)));
}

function isSame(some: readonly Hash[], others: readonly Hash[]): boolean {
  return some.map(hex).join() === others.map(hex).join();
}

function isSameClaim(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
