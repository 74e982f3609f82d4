import type { Output } from './cli-context.ts';

const SHOWN_EVERY_MS = 500;

/** What a command has done so far: on a terminal, on a line of standard error that is written anew. */
export interface ProgressLine {
  show(text: () => string): void;
  /** Clears the line. */
  end(): void;
}

export function createProgressLine(
  stderr: Output,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  // Not at once: most commands are done before anybody would read it.
  let shownAt = nowMs();
  let width = 0;
  return {
    show(text) {
      const now = nowMs();
      if (!stderr.isTTY || now - shownAt < SHOWN_EVERY_MS) return;
      shownAt = now;
      // What wraps would stay.
      const line = text().slice(0, (stderr.columns || 80) - 1);
      stderr.write(`\r${line.padEnd(width)}`);
      width = line.length;
    },
    end() {
      if (width > 0) stderr.write(`\r${' '.repeat(width)}\r`);
      width = 0;
    },
  };
}

/** Of commands whose output is for scripts. */
export const NO_PROGRESS: ProgressLine = { show: () => undefined, end: () => undefined };

export function sizeText(bytes: number): string {
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
}
