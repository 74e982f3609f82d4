import { displayWidth, truncate } from './display-width.ts';
import { visibleText } from './visible-text.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  /** Colours the cell; gets text that is already safe and cut. */
  readonly paint?: (text: string, row: T) => string;
  readonly align?: 'right';
  /** Narrowest width to which a crowded table may cut the column. */
  readonly widthMin?: number;
  /** Left out, the last one first, when cutting is not enough. */
  readonly optional?: true;
}

const GAP = '  ';

interface Measured<T> {
  readonly column: Column<T>;
  readonly cells: readonly string[];
  readonly natural: number;
}

/**
 * The lines of a table, title first. No cell can hold a control character.
 * @param widthMax columns of the terminal; Infinity to cut nothing
 */
export function layoutTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  widthMax: number,
): string[] {
  const measured = columns.map((column) => measure(column, rows));
  const { shown, widths } = fit(measured, widthMax);
  const lines = [shown.map(({ column }, at) => align(column, column.title, widths[at] ?? 0))];
  rows.forEach((row, index) => {
    lines.push(
      shown.map(({ column, cells }, at) => {
        return align(column, cells[index] ?? '', widths[at] ?? 0, row);
      }),
    );
  });
  return lines.map((cells) => cells.join(GAP).trimEnd());
}

function measure<T>(column: Column<T>, rows: readonly T[]): Measured<T> {
  const cells = rows.map((row) => visibleText(column.cell(row)));
  let natural = displayWidth(column.title);
  for (const cell of cells) natural = Math.max(natural, displayWidth(cell));
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

function align<T>(column: Column<T>, text: string, width: number, row?: T): string {
  const cut = truncate(text, width);
  const padding = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  const painted = row !== undefined && column.paint ? column.paint(cut, row) : cut;
  return column.align === 'right' ? padding + painted : painted + padding;
}
