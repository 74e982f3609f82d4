import stringWidth from 'string-width';
import { visibleText } from './visible-text.ts';

export type Color = 'green' | 'yellow' | 'red' | 'dim';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T, now: Date) => string;
  readonly color?: (row: T, now: Date) => Color | undefined;
  readonly align?: 'right';
  /** Narrowest width to which a crowded table may cut the column. */
  readonly widthMin?: number;
  /** Left out, the last one first, when cutting is not enough. */
  readonly optional?: true;
}

interface Layout {
  /** Columns of the terminal; Infinity to cut nothing. */
  readonly widthMax: number;
  readonly now: Date;
  /** Colors a cell; gets text that is already safe and cut. */
  readonly paint: (color: Color, text: string) => string;
}

const GAP = '  ';

interface Measured<T> {
  readonly column: Column<T>;
  readonly cells: readonly string[];
  readonly natural: number;
}

export interface Table {
  /** The title first. No cell can hold a control character. */
  readonly lines: string[];
  /** Titles of the columns that had no room. */
  readonly hidden: string[];
}

export function layoutTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { widthMax, now, paint }: Layout,
): Table {
  const measured = columns.map((column) => measure(column, rows, now));
  const { shown, widths } = fit(measured, widthMax);
  const title = shown.map(({ column }, at) => align(column, column.title, widths[at] ?? 0));
  const lines = rows.map((row, index) =>
    shown.map(({ column, cells }, at) => {
      const color = column.color?.(row, now);
      const painted = (text: string) => (color ? paint(color, text) : text);
      return align(column, cells[index] ?? '', widths[at] ?? 0, painted);
    }),
  );
  return {
    lines: [title, ...lines].map((cells) => cells.join(GAP).trimEnd()),
    hidden: measured.filter((each) => !shown.includes(each)).map(({ column }) => column.title),
  };
}

function measure<T>(column: Column<T>, rows: readonly T[], now: Date): Measured<T> {
  const cells = rows.map((row) => visibleText(column.cell(row, now)));
  let natural = stringWidth(column.title);
  for (const cell of cells) natural = Math.max(natural, stringWidth(cell));
  return { column, cells, natural };
}

function fit<T>(measured: readonly Measured<T>[], widthMax: number) {
  let shown = measured;
  for (;;) {
    const widths = shrink(shown, widthMax);
    const last = shown.findLast(({ column }) => column.optional);
    if (last === undefined || total(widths) <= widthMax) return { shown, widths };
    shown = shown.filter((each) => each !== last);
  }
}

function shrink<T>(shown: readonly Measured<T>[], widthMax: number): number[] {
  const widths = shown.map(({ natural }) => natural);
  for (let excess = total(widths) - widthMax; excess > 0; excess -= 1) {
    let widest = -1;
    shown.forEach(({ column }, at) => {
      const width = widths[at] ?? 0;
      const mayShrink = column.widthMin !== undefined && width > column.widthMin;
      if (mayShrink && width > (widths[widest] ?? 0)) widest = at;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function align<T>(
  column: Column<T>,
  text: string,
  width: number,
  painted = (text: string) => text,
): string {
  const cut = truncate(text, width);
  const padding = ' '.repeat(Math.max(0, width - stringWidth(cut)));
  return column.align === 'right' ? padding + painted(cut) : painted(cut) + padding;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text cut to so many columns of a terminal, the last of them an ellipsis if it was cut. */
export function truncate(text: string, widthMax: number): string {
  if (stringWidth(text) <= widthMax) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment);
    if (width > widthMax - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
