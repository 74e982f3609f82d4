import { readFileSync } from 'node:fs';
import { addTo, parseLine, type Sums } from './sums.ts';

/** What a segment holds, and how many of its lines nobody wrote like that. */
export function readSegment(path: string): { sums: Sums; damaged: number } {
  const sums: Sums = new Map();
  let damaged = 0;
  const lines = readFileSync(path, 'latin1').split('\n');
  // What stands behind the last line feed was never settled: its answer was not released.
  lines.pop();
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed) addTo(sums, ...parsed);
    else if (!isCancelled(line)) damaged += 1;
  }
  return { sums, damaged };
}

/** The half of a line that a failed write left, and the writer ended. */
function isCancelled(line: string): boolean {
  return line.endsWith('?');
}
