import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clearLabels,
  createKeyLabels,
  type KeyLabels,
  readApiScopeNumbers,
  readCreatedAt,
  readKeyId,
  readName,
  requireLabels,
  writeLabels,
} from './key-labels.ts';
import { createPackedNumbers, type PackedNumbers, SINGLE } from './packed-numbers.ts';

/** Of every width: ASCII, the rest of Latin-1, beyond, halves of pairs; and of every length. */
const text = fc.oneof(
  fc.string({ maxLength: 255 }),
  fc.constantFrom('é', 'Ā', '\ud800', '🔑', '', 'x'.repeat(255), 'ж'.repeat(255)),
);
const slot = fc.oneof(fc.nat(9), fc.constantFrom(4095, 4096, 20_000));
const createdAtMs = fc.oneof(fc.nat(9), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
/** As many of 10 bits as fit, or one of 32. */
const apiScopes = fc.oneof(
  fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 1023 }), fc.constantFrom(1, 512, 513, 1023)), {
    maxLength: 6,
  }),
  fc.constantFrom([2 ** 30], [0]),
);
const step = fc.record({
  slot,
  labels: fc.option(fc.record({ keyId: text, name: text, createdAtMs, apiScopes })),
});
interface Labels {
  readonly keyId: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly apiScopes: readonly number[];
}

const NO_LABELS: Labels = { keyId: '', name: '', createdAtMs: 0, apiScopes: [] };

function packed(numbers: readonly number[]): PackedNumbers {
  const into = createPackedNumbers();
  into.form = numbers.some((number) => number === 0 || number > 1023) ? SINGLE : numbers.length;
  into.numbers.set(numbers);
  return into;
}

function readNumbers(labels: KeyLabels, slot: number): number[] {
  const into = createPackedNumbers();
  if (!readApiScopeNumbers(labels, slot, into)) return [];
  return [...into.numbers.slice(0, into.form === SINGLE ? 1 : into.form)].sort();
}

function fill(labels: KeyLabels, count: number, keyId: string): void {
  for (let at = 0; at < count; at++) {
    const name = `${at}`.padStart(20, '-');
    writeLabels(labels, at, { keyId, name, createdAtMs: at }, packed([]));
  }
}

describe('the labels', () => {
  it('are what a plain map holds, after any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const labels = createKeyLabels();
        const model = new Map<number, Labels>();
        for (const now of history) {
          if (now.labels) {
            writeLabels(labels, now.slot, now.labels, packed(now.labels.apiScopes));
            model.set(now.slot, now.labels);
          } else {
            clearLabels(labels, now.slot);
            model.delete(now.slot);
          }
        }
        for (const each of [...Array(10).keys(), 4095, 4096, 20_000, 999_999]) {
          const known = model.get(each) ?? NO_LABELS;
          expect(readKeyId(labels, each)).toBe(known.keyId);
          expect(readName(labels, each)).toBe(known.name);
          expect(readCreatedAt(labels, each)).toBe(known.createdAtMs);
          expect(readNumbers(labels, each)).toEqual(known.apiScopes.toSorted());
        }
      }),
    );
  });

  it('take no more memory than at their most, however often they change', () => {
    const labels = createKeyLabels();
    fill(labels, 5000, 'one');
    for (let at = 0; at < 5000; at++) clearLabels(labels, at);
    fill(labels, 5000, 'two');
    fill(labels, 5000, 'six');
    const bytes = labels.blocks.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(bytes).toBeLessThan(5000 * 45);
    expect(readKeyId(labels, 4999) + readName(labels, 4999)).toBe('six----------------4999');
  });

  it('have a longest', () => {
    expect(() => requireLabels('x'.repeat(255), 'x'.repeat(255))).not.toThrow();
    expect(() => requireLabels('x'.repeat(256), '')).toThrow(RangeError);
    expect(() => requireLabels('', 'x'.repeat(256))).toThrow(RangeError);
  });

  it('are kept up to 4 GiB of them, and refused beyond', () => {
    const labels = createKeyLabels();
    labels.blocks.chunks.length = 65_533;
    fill(labels, 3000, 'one');
    expect(labels.blocks.chunks).toHaveLength(65_535);
    expect(readKeyId(labels, 0) + readName(labels, 2999)).toBe('one----------------2999');
    expect(() => fill(labels, 6000, 'two')).toThrow(RangeError);
  });
});
