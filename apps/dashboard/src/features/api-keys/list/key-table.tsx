import { useTable } from '@tanstack/react-table';
import type { ApiKey } from '@tollkeeper/contract';
import { useMemo } from 'react';
import { SkeletonRows } from '../../../components/skeleton-rows.tsx';
import { TriStateCheckbox } from '../../../components/tri-state-checkbox.tsx';
import { joinClasses } from '../../../lib/join-classes.ts';
import { useStable } from '../../../lib/use-stable.ts';
import type { KeyAction } from '../actions/key-dialogs.tsx';
import { KEY_COLUMNS, keyTableFeatures } from './key-columns.tsx';
import { KeyHeading } from './key-heading.tsx';
import { KeyListContext } from './key-list-context.ts';
import { CELL, KeyRow } from './key-row.tsx';
import type { KeySearch } from './key-search.ts';
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
          <tbody className={joinClasses('transition-opacity', dimmed && 'opacity-50')}>
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
