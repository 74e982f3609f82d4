import type { ReactNode } from 'react';

interface WholeRowProps {
  readonly className: string;
  readonly children: ReactNode;
}

/**
 * The one cell of a row, as wide as the table, which is inside an `@container`. Spanning columns
 * would count the hidden ones, and make a fixed table give them room.
 */
export function WholeRow({ className, children }: WholeRowProps) {
  return (
    <td className="p-0">
      <div className={`w-[100cqw] ${className}`}>{children}</div>
    </td>
  );
}
