import { FlexRender, type Row, useTable } from '@tanstack/react-table';
import type { ApiKey, KeySort } from '@tollkeeper/contract';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, type ReactNode, useMemo } from 'react';
import { TriStateCheckbox } from '../../../components/forms/controls.tsx';
import { SkeletonRows } from '../../../components/record-table.tsx';
import { useRowFocus, useStable } from '../../../lib/hooks.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import type { KeyAction } from '../actions/key-dialogs.tsx';
import { KEY_COLUMNS, KeyListContext, keyTableFeatures } from './key-columns.tsx';
import { currentSort, type KeySearch, nextSort, refineSearch } from './key-search.ts';
import type { KeySelection } from './use-key-selection.ts';

export interface KeyListProps {
  /** Undefined while the first page loads. */
  readonly keys: ApiKey[] | undefined;
  readonly search: KeySearch;
  /** Undefined for those who may stop no key. */
  readonly selection: KeySelection | undefined;
  /** Another page is on its way; this one stays until it comes. */
  readonly dimmed: boolean;
  readonly onSearch: (search: KeySearch) => void;
  readonly onAction: (action: KeyAction) => void;
}

const NO_KEYS: ApiKey[] = [];

export function KeyTable(props: KeyListProps) {
  const { keys, search, selection, dimmed, onSearch, onAction } = props;
  const toggle = useStable((key: ApiKey) => selection?.toggle(key));
  const body = useRowFocus<HTMLTableSectionElement>();
  const place = useMemo(() => ({ search, onAction }), [search, onAction]);
  const table = useTable({
    features: keyTableFeatures,
    columns: KEY_COLUMNS,
    data: keys ?? NO_KEYS,
    getRowId: (key) => key.id,
  });

  return (
    <div className="@container">
      <table className="w-full table-fixed border-collapse text-left">
        <caption className="sr-only">API keys</caption>
        <thead className="text-[0.8125rem] text-soft">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-line border-b">
              {selection ? (
                <th scope="col" className={joinClasses(CELL, 'w-11')}>
                  <TriStateCheckbox
                    aria-label="Select all keys on this page"
                    className="block"
                    state={selection.onPage}
                    disabled={!keys || dimmed}
                    onChange={selection.togglePage}
                  />
                </th>
              ) : null}
              {group.headers.map((header) => (
                <KeyHeading
                  key={header.id}
                  look={joinClasses(CELL, header.column.columnDef.meta?.look)}
                  sort={header.column.columnDef.meta?.sort}
                  spoken={header.column.columnDef.meta?.spoken ?? false}
                  search={search}
                  onSearch={onSearch}
                >
                  <table.FlexRender header={header} />
                </KeyHeading>
              ))}
            </tr>
          ))}
        </thead>
        <KeyListContext value={place}>
          <tbody ref={body} className={joinClasses('transition-opacity', dimmed && 'opacity-50')}>
            {keys ? null : <SkeletonRows />}
            {table.getRowModel().rows.map((row) => (
              <KeyRow
                key={row.id}
                row={row}
                selected={selection?.has(row.id) ?? false}
                maySelect={selection !== undefined}
                onToggle={toggle}
              />
            ))}
          </tbody>
        </KeyListContext>
      </table>
    </div>
  );
}

interface KeyHeadingProps {
  readonly look: string;
  readonly sort: KeySort | undefined;
  readonly spoken: boolean;
  readonly search: KeySearch;
  readonly onSearch: (search: KeySearch) => void;
  readonly children: ReactNode;
}

/** A column's heading; where the server can sort by it, a button that does. */
function KeyHeading({ look, sort, spoken, search, onSearch, children }: KeyHeadingProps) {
  const current = currentSort(search);
  if (!sort) {
    return (
      <th scope="col" className={joinClasses(look, 'font-normal')}>
        {spoken ? <span className="sr-only">{children}</span> : children}
      </th>
    );
  }
  const active = current.sort === sort;
  const Arrow = current.order === 'asc' ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={active ? (current.order === 'asc' ? 'ascending' : 'descending') : undefined}
      className={joinClasses(look, 'font-normal')}
    >
      <button
        type="button"
        onClick={() => onSearch(refineSearch(search, nextSort(current, sort)))}
        className={joinClasses(
          'inline-flex items-center gap-1 rounded-sm hover:text-ink',
          active && 'font-medium text-ink',
        )}
      >
        {children}
        <Arrow size={12} aria-hidden className={active ? '' : 'invisible'} />
      </button>
    </th>
  );
}

interface KeyRowProps {
  readonly row: Row<typeof keyTableFeatures, ApiKey>;
  readonly selected: boolean;
  readonly maySelect: boolean;
  readonly onToggle: (key: ApiKey) => void;
}

const CELL = 'h-11 px-2.5 py-1.5 first:pl-5 last:pr-3 whitespace-nowrap';

/** Drawn again only when the key or its selection changes: a page has many rows with much in each. */
const KeyRow = memo(function KeyRow({ row, selected, maySelect, onToggle }: KeyRowProps) {
  return (
    <tr
      className={joinClasses(
        'border-line border-b last:border-b-0 hover:bg-hover',
        selected && 'bg-tint hover:bg-tint',
      )}
    >
      {maySelect ? (
        <td className={CELL}>
          <input
            type="checkbox"
            className="block"
            aria-label={`Select ${row.original.name}`}
            checked={selected}
            onChange={() => onToggle(row.original)}
          />
        </td>
      ) : null}
      {row.getAllCells().map((cell) => (
        <td key={cell.id} className={joinClasses(CELL, cell.column.columnDef.meta?.look)}>
          <FlexRender cell={cell} />
        </td>
      ))}
    </tr>
  );
});
