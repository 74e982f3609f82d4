import { styleText } from 'node:util';
import type { Output, Surroundings } from './surroundings.ts';
import { type Column, layoutTable } from './text/table.ts';
import { visibleJson, visibleText } from './text/visible-text.ts';
import { wrap } from './text/wrap.ts';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

export type Field = readonly [name: string, value: string, colour?: Colour];

/** The API's answer as it is; a 204 prints nothing. */
export function printJson(io: Surroundings, value: unknown): void {
  if (value !== undefined) io.stdout.write(`${visibleJson(value)}\n`);
}

/** One line of the command's result; invisible characters are written out. */
export function printLine(io: Surroundings, text: string): void {
  io.stdout.write(`${visibleText(text)}\n`);
}

/** One line for the person at the terminal, kept out of what a script reads. */
export function hint(io: Surroundings, text: string): void {
  io.stderr.write(`${visibleText(text)}\n`);
}

/** A table as wide as the terminal; uncut where the output is no terminal. */
export function printTable<T>(
  io: Surroundings,
  columns: readonly Column<T>[],
  rows: readonly T[],
): void {
  const [title = '', ...lines] = layoutTable(columns, rows, terminalWidth(io));
  const text = [paint(io, 'dim', title), ...lines].join('\n');
  io.stdout.write(`${text}\n`);
}

/** Names with values, for a page about one thing; long values wrap where a terminal would break them. */
export function printFields(io: Surroundings, fields: readonly Field[]): void {
  const indent = Math.max(...fields.map(([name]) => name.length)) + 2;
  const widthMax = terminalWidth(io) - indent;
  for (const [name, value, colour] of fields) {
    const safe = visibleText(value);
    const lines = Number.isFinite(widthMax) ? wrap(safe, widthMax) : [safe];
    const painted = lines.map((line) => (colour ? paint(io, colour, line) : line));
    const label = paint(io, 'dim', name.padEnd(indent));
    io.stdout.write(`${label}${painted.join(`\n${' '.repeat(indent)}`)}\n`);
  }
}

/** Colours text that is already safe, where a person would see it (no-color.org). */
export function paint(io: Surroundings, colour: Colour, text: string): string {
  return wantsColour(io, io.stdout) ? styleText(colour, text, { validateStream: false }) : text;
}

/** Infinity where the output is no terminal: a file or a pipe wants whole lines. */
function terminalWidth({ stdout }: Surroundings): number {
  return stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

function wantsColour(io: Surroundings, output: Output): boolean {
  return output.isTTY === true && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
}
