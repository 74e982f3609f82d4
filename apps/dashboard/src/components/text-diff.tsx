import { diffLines } from 'diff';
import { joinClasses } from '../lib/join-classes.ts';

interface TextDiffProps {
  /** Names the difference: "Changes of version 4". */
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

const CONTEXT_LINES = 3;
/** Lines that differ, at most: texts without a line in common would take minutes to compare. */
const EDITS_MAX = 4000;

/** What was added and removed, line by line, with a few lines around it. */
export function TextDiff({ label, from, to }: TextDiffProps) {
  const rows = rowsOf(from, to);
  return (
    <figure aria-label={label} className="overflow-clip rounded-md border border-line">
      {from === to ? (
        <p className="px-3 py-2 text-[0.8125rem] text-soft">The texts are the same.</p>
      ) : (
        <ol className="font-mono text-[0.8125rem] leading-relaxed">
          {rows.map(({ id, kind, text }) => (
            <li key={id} className={joinClasses('flex min-h-[1lh] gap-2 px-3', LOOKS[kind])}>
              <span aria-hidden className="w-3 shrink-0 select-none">
                {SIGNS[kind]}
              </span>
              <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
                {SPOKEN[kind] ? <span className="sr-only">{SPOKEN[kind]}</span> : null}
                {text}
              </span>
            </li>
          ))}
        </ol>
      )}
    </figure>
  );
}

type RowKind = 'added' | 'removed' | 'kept' | 'skipped';

interface Row {
  readonly id: string;
  readonly kind: RowKind;
  readonly text: string;
}

const LOOKS = {
  added: 'bg-good-tint text-ink',
  removed: 'bg-bad-tint text-ink',
  kept: 'text-soft',
  skipped: 'bg-sunken text-soft',
} as const satisfies Record<RowKind, string>;

const SIGNS = { added: '+', removed: '−', kept: '', skipped: '' } as const;
const SPOKEN = { added: 'Added: ', removed: 'Removed: ', kept: '', skipped: '' } as const;

function rowsOf(from: string, to: string): Row[] {
  const [old, now] = [withEnd(from), withEnd(to)];
  const parts = diffLines(old, now, { maxEditLength: EDITS_MAX }) ?? [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  const rows = parts.flatMap(({ added, removed, value }, part) => {
    const lines = value.replace(/\n$/, '').split('\n');
    if (added || removed) return rowsFor(part, added ? 'added' : 'removed', lines);
    const head = part === 0 ? [] : lines.slice(0, CONTEXT_LINES);
    const tail = part === parts.length - 1 ? [] : lines.slice(-CONTEXT_LINES);
    const skipped = lines.length - head.length - tail.length;
    if (skipped <= 1) return rowsFor(part, 'kept', lines);
    return [
      ...rowsFor(part, 'kept', head),
      { id: `${part}-skipped`, kind: 'skipped' as const, text: `${skipped} unchanged lines` },
      ...rowsFor(part, 'kept', tail).map((row) => ({ ...row, id: `${row.id}-tail` })),
    ];
  });
  return rows;
}

function rowsFor(part: number, kind: RowKind, lines: readonly string[]): Row[] {
  return lines.map((text, line) => ({ id: `${part}-${line}`, kind, text }));
}

/** Whether the last line ends is no difference that anyone cares about. */
function withEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
