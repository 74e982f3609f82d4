import type { ErrorCode } from '@tollkeeper/contract';

/** What became of a change of several keys, where some of them were refused. */
export interface BulkOutcome {
  /** "Enabled 2 of 3 keys". */
  readonly title: string;
  /** Keys whose last changes stand for those of all that were changed. */
  readonly keyIds: readonly string[];
  /** What applies where no gateway has to receive it. */
  readonly effect: string;
  readonly refusals: readonly KeyRefusalOfMany[];
  readonly onUndo?: () => void;
}

export interface KeyRefusalOfMany {
  readonly id: string;
  readonly name: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface RefusalGroup {
  readonly reason: string;
  readonly keys: readonly KeyRefusalOfMany[];
}

/** The refusals by their reason: most often many keys have the same one. */
export function groupByReason(refusals: readonly KeyRefusalOfMany[]): RefusalGroup[] {
  const groups = Map.groupBy(refusals, reasonOf);
  return [...groups].map(([reason, keys]) => ({ reason, keys }));
}

/** Without the name or id of the key, which stands beside it. */
function reasonOf({ code, detail, name }: KeyRefusalOfMany): string {
  if (code === 'not_found') return 'It was deleted meanwhile, or you can no longer see it.';
  const [before, after] = detail.split(` the key "${name}": it is `);
  return before?.startsWith('Cannot ') && after !== undefined ? `It is ${after}` : detail;
}
