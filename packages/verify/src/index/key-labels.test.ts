import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clearLabels,
  createKeyLabels,
  type KeyLabels,
  readCreatedAt,
  readKeyId,
  readName,
  requireLabels,
  writeLabels,
} from './key-labels.ts';

/** Of every width: ASCII, the rest of Latin-1, beyond, halves of pairs; and of every length. */
const text = fc.oneof(
  fc.string({ maxLength: 255 }),
  fc.constantFrom('é', 'Ā', '\ud800', '🔑', '', 'x'.repeat(255), 'ж'.repeat(255)),
);
const slot = fc.oneof(fc.nat(9), fc.constantFrom(4095, 4096, 20_000));
const createdAtMs = fc.oneof(fc.nat(9), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
const step = fc.record({
  slot,
  labels: fc.option(fc.record({ keyId: text, name: text, createdAtMs })),
});

function fill(labels: KeyLabels, count: number, keyId: string): void {
  for (let at = 0; at < count; at++) {
    writeLabels(labels, at, { keyId, name: `${at}`.padStart(20, '-'), createdAtMs: at });
  }
}

describe('the labels', () => {
  it('are what a plain map holds, after any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const labels = createKeyLabels();
        const model = new Map<number, { keyId: string; name: string; createdAtMs: number }>();
        for (const now of history) {
          if (now.labels) writeLabels(labels, now.slot, now.labels);
          else clearLabels(labels, now.slot);
          if (now.labels) model.set(now.slot, now.labels);
          else model.delete(now.slot);
        }
        for (const each of [...Array(10).keys(), 4095, 4096, 20_000, 999_999]) {
          const known = model.get(each) ?? { keyId: '', name: '', createdAtMs: 0 };
          expect(readKeyId(labels, each)).toBe(known.keyId);
          expect(readName(labels, each)).toBe(known.name);
          expect(readCreatedAt(labels, each)).toBe(known.createdAtMs);
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
});
