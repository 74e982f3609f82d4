import type { PolicyFinding } from '@tollkeeper/contract';

export interface Finding extends PolicyFinding {
  readonly severity: 'error' | 'warning';
}

interface Validation {
  readonly errors: readonly PolicyFinding[];
  readonly warnings: readonly PolicyFinding[];
}

/** Errors and warnings in the order of the text. */
export function findingsOf({ errors, warnings }: Validation): Finding[] {
  const all: Finding[] = [
    ...errors.map((each) => ({ ...each, severity: 'error' as const })),
    ...warnings.map((each) => ({ ...each, severity: 'warning' as const })),
  ];
  return all.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Offsets of the finding in the text, in UTF-16 code units. What lies outside of
 * the text is moved inside.
 */
export function rangeOf(
  text: string,
  { line, column, endLine, endColumn }: PolicyFinding,
): TextRange {
  const from = offsetOf(text, line, column);
  return { from, to: Math.max(from, offsetOf(text, endLine, endColumn)) };
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let before = 1; before < line; before += 1) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + Math.max(0, column - 1), end === -1 ? text.length : end);
}
