import { type RowSelectionState, useTable } from '@tanstack/react-table';
import type { ApiKey } from '@tollkeeper/contract';
import { useMemo, useState } from 'react';
import { SkeletonRows } from '../../../components/skeleton-rows.tsx';
import { TriStateCheckbox } from '../../../components/tri-state-checkbox.tsx';
import { joinClasses } from '../../../lib/join-classes.ts';
import { useCan } from '../../sessions/index.ts';
import type { KeyAction } from '../actions/key-dialogs.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { KEY_COLUMNS, keyTableFeatures } from './key-columns.tsx';
import { KeyHeading } from './key-heading.tsx';
import { KeyListContext } from './key-list-context.ts';
import { CELL, KeyRow } from './key-row.tsx';
import type { KeySearch } from './key-search.ts';

export interface KeyListProps {
  /** Undefined while the first page loads. */
  readonly keys: ApiKey[] | undefined;
  readonly search: KeySearch;
  /** Another page is on its way; this one stays until it comes. */
  readonly dimmed: boolean;
  readonly onSearch: (search: KeySearch) => void;
  readonly onAction: (action: KeyAction) => void;
}

const NO_KEYS: ApiKey[] = [];

export function KeyTable({ keys, search, dimmed, onSearch, onAction }: KeyListProps) {
  const maySelect = useCan('api_keys.revoke');
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});
  const place = useMemo(() => ({ search, onAction }), [search, onAction]);
  const table = useTable({
    features: keyTableFeatures,
    columns: KEY_COLUMNS,
    data: keys ?? NO_KEYS,
    getRowId: (key) => key.id,
    state: { rowSelection },
    onRowSelectionChange: setRowSelection,
  });
  const selected = (keys ?? NO_KEYS).filter(({ id }) => rowSelection[id]);

  return (
    <div className="@container">
      <table className="w-full table-fixed border-collapse text-left">
        <caption className="sr-only">API keys</caption>
        <thead className="text-[0.8125rem] text-soft">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-line border-b">
              {maySelect ? (
                <th scope="col" className={joinClasses(CELL, 'w-11')}>
                  <TriStateCheckbox
                    aria-label="Select all keys on this page"
                    className="block"
                    state={
                      selected.length === 0
                        ? 'none'
                        : selected.length === keys?.length
                          ? 'all'
                          : 'some'
                    }
                    onChange={table.getToggleAllRowsSelectedHandler()}
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
              <KeyRow key={row.id} row={row} selected={row.getIsSelected()} maySelect={maySelect} />
            ))}
          </tbody>
        </KeyListContext>
      </table>
      {selected.length > 0 ? <BulkBar keys={selected} onClear={() => setRowSelection({})} /> : null}
    </div>
  );
}
