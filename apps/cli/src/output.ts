import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import type { CliContext } from './cli-context.ts';
import { type Color, type Column, layoutTable } from './text/table.ts';
import { visibleJson, visibleText } from './text/visible-text.ts';

export type Field = readonly [name: string, value: string, color?: Color];

/** The API's answer as it is; a 204 prints nothing. */
export function printJson(ctx: CliContext, value: unknown): void {
  if (value !== undefined) ctx.stdout.write(`${visibleJson(value)}\n`);
}

/** One line of the command's result; invisible characters are written out. */
export function printLine(ctx: CliContext, text: string): void {
  ctx.stdout.write(`${visibleText(text)}\n`);
}

/** One line for the person at the terminal, kept out of what a script reads. */
export function hint(ctx: CliContext, text: string): void {
  ctx.stderr.write(`${visibleText(text)}\n`);
}

/** A table as wide as the terminal; uncut where the output is no terminal. */
export function printTable<T>(
  ctx: CliContext,
  columns: readonly Column<T>[],
  rows: readonly T[],
): void {
  const { lines, hidden } = layoutTable(columns, rows, {
    widthMax: terminalWidth(ctx),
    now: ctx.now(),
    paint: (color, text) => paint(ctx, color, text),
  });
  const [title = '', ...rest] = lines;
  ctx.stdout.write(`${[paint(ctx, 'dim', title), ...rest].join('\n')}\n`);
  if (hidden.length === 0) return;
  hint(ctx, `Left out for lack of room: ${hidden.join(', ')}. Widen the terminal, or add --json.`);
}

interface ListTexts<T> {
  /** What to say in place of a table without rows. */
  readonly empty?: string;
  /** What to say below about one row. */
  readonly remark?: (row: T) => string | undefined;
}

/** Prints a list of the API as a table with these columns. */
export function asTable<T>(columns: readonly Column<T>[], { empty, remark }: ListTexts<T> = {}) {
  return (ctx: CliContext, { data }: { readonly data: readonly T[] }): void => {
    if (data.length === 0 && empty !== undefined) hint(ctx, empty);
    else printTable(ctx, columns, data);
    for (const row of data) {
      const text = remark?.(row);
      if (text !== undefined) hint(ctx, text);
    }
  };
}

/** Names with values, for a page about one thing; long values wrap where a terminal would break them. */
export function printFields(ctx: CliContext, fields: readonly Field[]): void {
  const indent = Math.max(...fields.map(([name]) => name.length)) + 2;
  const widthMax = terminalWidth(ctx) - indent;
  for (const [name, value, color] of fields) {
    const safe = visibleText(value);
    const lines = Number.isFinite(widthMax) ? wrapAnsi(safe, widthMax).split('\n') : [safe];
    const painted = lines.map((line) => (color ? paint(ctx, color, line) : line));
    const label = paint(ctx, 'dim', name.padEnd(indent));
    ctx.stdout.write(`${label}${painted.join(`\n${' '.repeat(indent)}`)}\n`);
  }
}

/** Colors text that is already safe, where a person would see it (no-color.org). */
function paint(ctx: CliContext, color: Color, text: string): string {
  return wantsColor(ctx) ? styleText(color, text, { validateStream: false }) : text;
}

/** Infinity where the output is no terminal: a file or a pipe wants whole lines. */
function terminalWidth({ stdout }: CliContext): number {
  return stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

function wantsColor({ stdout, env }: CliContext): boolean {
  return stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
