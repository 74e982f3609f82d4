import type { CliContext } from '../../cli-context.ts';

const SHOWN_EVERY_MS = 500;
const NEWLINE = 0x0a;

/** How many events have arrived: on a terminal, on a line of standard error that is written anew. */
export interface Progress {
  add(part: Uint8Array): void;
  /** Ends the line. */
  end(): void;
  text(): string;
}

/**
 * @param hasHeader whether the first line is no event
 * @param unit what each line is
 */
export function createProgress(
  { stderr }: Pick<CliContext, 'stderr'>,
  hasHeader: boolean,
  unit: 'event' | 'line',
): Progress {
  let [lines, bytes, shownAt] = [hasHeader ? -1 : 0, 0, Number.NEGATIVE_INFINITY];
  const text = () => {
    const events = Math.max(0, lines);
    return `${events.toLocaleString('en')} ${unit}${events === 1 ? '' : 's'} (${sizeText(bytes)})`;
  };
  return {
    text,
    add(part) {
      bytes += part.length;
      for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) lines += 1;
      const now = performance.now();
      if (!stderr.isTTY || now - shownAt < SHOWN_EVERY_MS) return;
      shownAt = now;
      stderr.write(`\rExported ${text()}\u2026`);
    },
    end() {
      // Over the whole line, which may have been longer.
      if (stderr.isTTY && shownAt > 0) stderr.write(`\r${' '.repeat(60)}\r`);
    },
  };
}

function sizeText(bytes: number): string {
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
}
