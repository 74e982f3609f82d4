import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { anyText } from '../testing/any-text.ts';
import { type Column, layoutTable, truncate } from './table.ts';

const now = new Date('2026-11-23T08:00:00.000Z');

function layout(rows: readonly Row[], widthMax: number, shown = columns) {
  return table(rows, widthMax, shown).lines;
}

function table(rows: readonly Row[], widthMax: number, shown = columns) {
  return layoutTable(shown, rows, { widthMax, now, paint: (_color, text) => `<${text}>` });
}

interface Row {
  readonly name: string;
  readonly calls: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: (row) => row.name, widthMin: 6 },
  { title: 'CALLS', cell: (row) => row.calls, align: 'right', optional: true },
];

test('aligns columns by what the terminal shows, not by the length of the text', () => {
  const rows = [
    { name: '鍵', calls: '7' },
    { name: 'ci-pipeline', calls: '1042' },
  ];
  expect(layout(rows, 80)).toEqual([
    'NAME         CALLS',
    '鍵               7',
    'ci-pipeline   1042',
  ]);
});

test('cuts the widest column first, then leaves out what is optional', () => {
  const rows = [{ name: 'a-long-name-of-a-key', calls: '1042' }];
  expect(layout(rows, 18)[1]).toBe('a-long-nam…   1042');
  expect(table(rows, 18).hidden).toEqual([]);
  expect(table(rows, 10)).toEqual({ lines: ['NAME', 'a-long-na…'], hidden: ['CALLS'] });
});

test('cuts nothing where there is no terminal', () => {
  const name = 'x'.repeat(500);
  const lines = layout([{ name, calls: '1' }], Number.POSITIVE_INFINITY);
  expect(lines[1]).toContain(name);
});

test('paints a cell after cutting it, so that colours never count as columns', () => {
  const painted: Column<Row>[] = [
    { title: 'NAME', cell: (row) => row.name, widthMin: 4, color: () => 'red' },
  ];
  expect(layout([{ name: 'ci-pipeline', calls: '' }], 6, painted)).toEqual(['NAME', '<ci-pi…>']);
});

test('a hostile name neither moves the cursor nor breaks the columns', () => {
  const row = fc.record({ name: anyText, calls: fc.string() });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 5 }),
      fc.integer({ min: 20, max: 100 }),
      (rows, width) => {
        const lines = layout(rows, width);
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) {
          expect(line.replace(/[\u200c\u200d]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
        }
      },
    ),
  );
});

test('a cut text fits, and a text that fits is not cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(stringWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      if (stringWidth(text) <= width) expect(truncate(text, width)).toBe(text);
    }),
  );
});

test('does not cut an emoji or an accent in two', () => {
  expect(truncate('a👩‍🚀bc', 3)).toBe('a…');
  expect(truncate('e\u0301xyz', 2)).toBe('e\u0301…');
});
