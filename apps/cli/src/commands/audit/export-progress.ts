import type { CliContext } from '../../cli-context.ts';
import { createProgressLine, sizeText } from '../../progress-line.ts';

const NEWLINE = 0x0a;

/** How many events have arrived, shown on a line of progress. */
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
  const line = createProgressLine(stderr);
  let [lines, bytes] = [hasHeader ? -1 : 0, 0];
  const text = () => {
    const events = Math.max(0, lines);
    return `${events.toLocaleString('en')} ${unit}${events === 1 ? '' : 's'} (${sizeText(bytes)})`;
  };
  return {
    text,
    add(part) {
      bytes += part.length;
      for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) lines += 1;
      line.show(() => `Exported ${text()}\u2026`);
    },
    end: () => line.end(),
  };
}
