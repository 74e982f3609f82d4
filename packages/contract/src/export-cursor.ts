export type ExportFormat = 'jsonl' | 'csv' | 'ocsf';

/** Whether a line proves what comes after it: an export does not go on after it, but with it. */
export function isBeforeEvents(line: string): boolean {
  return /^\{"(?:leafHashes|pruned)":/.test(line);
}

/**
 * Where an export that broke off goes on.
 * @param first the first line of what has come
 * @param last the last whole line of it
 * @returns undefined where it begins again: nothing has come but what stands above the events
 * @throws SyntaxError for a line that no export in that format has
 */
export function exportCursor(
  first: string,
  last: string,
  format: ExportFormat,
): string | undefined {
  const sequence = format === 'csv' ? sequenceInRow(last) : sequenceInLine(last);
  if (sequence === undefined) return undefined;
  const size = format === 'jsonl' ? treeSizeIn(first) : undefined;
  return size === undefined ? String(sequence) : `${sequence}-${size}`;
}

function sequenceInRow(row: string): number | undefined {
  return /^\d+(?=,)/.test(row) ? Number.parseInt(row, 10) : undefined;
}

function sequenceInLine(line: string): number | undefined {
  if (line === '') return undefined;
  const { checkpoint, skipped, missing, metadata, sequence } = JSON.parse(line);
  if (checkpoint !== undefined) return undefined;
  const reached: unknown = (skipped ?? missing)?.end ?? metadata?.sequence ?? sequence;
  if (!Number.isSafeInteger(reached)) throw new SyntaxError('The line names no event.');
  return Number(reached);
}

/** Size of the tree that an export with proof is proved against: the second line of its checkpoint. */
function treeSizeIn(head: string): string | undefined {
  if (!head.startsWith('{"checkpoint":')) return undefined;
  return String(JSON.parse(head).checkpoint).split('\n')[1];
}
