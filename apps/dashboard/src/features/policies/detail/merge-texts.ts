import { diffLines } from 'diff';

/** Lines of the base, from one to before another, and what replaces them. */
interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/**
 * Both edits of one text, if no line that one of them changed is changed, or next to one changed, by
 * the other. Unlike a patch, an edit is never moved to other lines that look alike.
 * @returns undefined where a person has to decide
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | undefined {
  const hunks = [...hunksOf(base, mine), ...hunksOf(base, theirs)].toSorted(
    (a, b) => a.from - b.from || a.to - b.to,
  );
  const lines = linesOf(base);
  const merged: string[] = [];
  let at = 0;
  let last: Hunk | undefined;
  for (const hunk of hunks) {
    if (last && isSame(last, hunk)) continue;
    if (last && hunk.from <= last.to) return undefined;
    merged.push(...lines.slice(at, hunk.from), ...hunk.lines);
    at = hunk.to;
    last = hunk;
  }
  return [...merged, ...lines.slice(at)].join('');
}

function hunksOf(from: string, to: string): Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: Hunk | undefined;
  for (const { added, removed, value } of diffLines(from, to)) {
    const lines = linesOf(value);
    if (!added && !removed) {
      if (open) hunks.push(open);
      open = undefined;
      at += lines.length;
      continue;
    }
    const before: Hunk = open ?? { from: at, to: at, lines: [] };
    if (removed) at += lines.length;
    open = { from: before.from, to: at, lines: added ? [...before.lines, ...lines] : before.lines };
  }
  return open ? [...hunks, open] : hunks;
}

function isSame(a: Hunk, b: Hunk): boolean {
  return a.from === b.from && a.to === b.to && a.lines.join('') === b.lines.join('');
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
