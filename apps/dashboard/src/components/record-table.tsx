import type { ReactNode } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import { SkeletonRows } from './skeleton-rows.tsx';

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
}

const CELL = 'px-2.5 first:pl-5 last:pr-3';

/** A short list: all of it, one row each. On phones the first cell holds what other cells lose. */
export function RecordTable<T extends { readonly id: string }>({
  caption,
  columns,
  rows,
}: RecordTableProps<T>) {
  return (
    <table aria-busy={!rows} className="w-full table-fixed border-collapse text-left">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-[0.8125rem] text-soft">
        <tr className="border-line border-b">
          {columns.map(({ header, look, spoken }) => (
            <th
              key={header}
              scope="col"
              className={joinClasses(CELL, 'h-11 whitespace-nowrap font-normal', look)}
            >
              {spoken ? <span className="sr-only">{header}</span> : header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows ? null : <SkeletonRows columns={columns.length} />}
        {rows?.map((row) => (
          <tr key={row.id} className="border-line border-b last:border-b-0 hover:bg-hover">
            {columns.map(({ header, look, cell }) => (
              <td key={header} className={joinClasses(CELL, 'h-11 py-2', look)}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
