import { FlexRender, type Row } from '@tanstack/react-table';
import type { ApiKey } from '@tollkeeper/contract';
import { memo } from 'react';
import { joinClasses } from '../../../lib/join-classes.ts';
import type { keyTableFeatures } from './key-columns.tsx';

interface KeyRowProps {
  readonly row: Row<typeof keyTableFeatures, ApiKey>;
  readonly selected: boolean;
  readonly maySelect: boolean;
  readonly onToggle: (key: ApiKey) => void;
}

export const CELL = 'h-11 px-2.5 first:pl-5 last:pr-3 whitespace-nowrap';

/** Drawn again only when the key or its selection changes: a page has many rows with much in each. */
export const KeyRow = memo(function KeyRow({ row, selected, maySelect, onToggle }: KeyRowProps) {
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
