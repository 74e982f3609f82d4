import { Fragment, type ReactNode } from 'react';
import { useRowFocus } from '../lib/hooks.ts';
import { joinClasses } from '../lib/join-classes.ts';
import { Skeleton } from './page.tsx';

export interface RecordColumn<T> {
  readonly header: string;
  /** Width and the window size from which the column is shown. */
  readonly look?: string;
  /** The heading is only spoken: what stands below explains itself to those who see it. */
  readonly spoken?: true;
  readonly cell: (row: T) => ReactNode;
}

interface RecordTableProps<T> {
  readonly caption: string;
  readonly columns: readonly RecordColumn<T>[];
  /** Undefined while they load. */
  readonly rows: readonly T[] | undefined;
  /** What stands below a row, across all columns: undefined where there is nothing to say. */
  readonly note?: (row: T) => ReactNode;
}

const CELL = 'px-2.5 first:pl-5 last:pr-3';
const ROW_END = 'border-line border-b last:border-b-0';

/**
 * A short list: all of it, one row each. On phones the first cell holds what other cells lose, and
 * the headings are only spoken.
 */
export function RecordTable<T extends { readonly id: string }>({
  caption,
  columns,
  rows,
  note,
}: RecordTableProps<T>) {
  const body = useRowFocus<HTMLTableSectionElement>();
  return (
    <div className="@container">
      <table aria-busy={!rows} className="w-full table-fixed border-collapse text-left">
        <caption className="sr-only">{caption}</caption>
        <thead className="text-[0.8125rem] text-soft">
          <tr className="border-line sm:border-b">
            {columns.map(({ header, look, spoken }) => (
              <th
                key={header}
                scope="col"
                className={joinClasses(CELL, 'whitespace-nowrap font-normal sm:h-11', look)}
              >
                <span className={spoken ? 'sr-only' : 'max-sm:sr-only'}>{header}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows ? null : <SkeletonRows />}
          {rows?.map((row) => {
            const below = note?.(row);
            return (
              <Fragment key={row.id}>
                <tr className={joinClasses('hover:bg-hover', !below && ROW_END)}>
                  {columns.map(({ header, look, cell }) => (
                    <td
                      key={header}
                      className={joinClasses(CELL, 'h-11 py-2 max-sm:py-3 max-sm:align-top', look)}
                    >
                      {cell(row)}
                    </td>
                  ))}
                </tr>
                {below ? (
                  <tr className={ROW_END}>
                    <WholeRow className="px-5 pb-3">{below}</WholeRow>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The last column: what can be done with the row. */
export function actionsColumn<T>(cell: RecordColumn<T>['cell']): RecordColumn<T> {
  return { header: 'Actions', look: 'w-14', spoken: true, cell };
}

interface CutTextProps {
  readonly text: string;
  /** Shown on hover; the whole text unless given. */
  readonly title?: string | undefined;
}

/** A line that is cut where its cell ends. */
export function CutText({ text, title = text }: CutTextProps) {
  return (
    <span className="block truncate text-soft" title={title}>
      {text}
    </span>
  );
}

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Rows of the height of real ones, for the first load. */
export function SkeletonRows() {
  return ROWS.map((row) => (
    <tr key={row} className="border-line border-b last:border-b-0">
      <WholeRow className="flex h-11 items-center px-5">
        <Skeleton className="h-2.5 w-full" />
      </WholeRow>
    </tr>
  ));
}

interface WholeRowProps {
  readonly className: string;
  readonly children: ReactNode;
}

/**
 * The one cell of a row, as wide as the table, which is inside an `@container`. Spanning columns
 * would count the hidden ones, and make a fixed table give them room.
 */
function WholeRow({ className, children }: WholeRowProps) {
  return (
    <td className="p-0">
      <div className={`w-[100cqw] ${className}`}>{children}</div>
    </td>
  );
}

interface MaskedPrefixProps {
  readonly prefix: string;
  readonly className?: string;
}

/** `tk_live_a1b2…`: all that is ever shown again of a secret. */
export function MaskedPrefix({ prefix, className }: MaskedPrefixProps) {
  return (
    <code
      className={joinClasses(
        'whitespace-nowrap font-mono text-[0.8125rem] leading-none',
        className,
      )}
    >
      {prefix}…
    </code>
  );
}
