import { Skeleton } from './skeleton.tsx';

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Rows of the height of real ones, for the first load. */
export function SkeletonRows({ columns }: { readonly columns: number }) {
  return ROWS.map((row) => (
    <tr key={row} className="border-line border-b last:border-b-0">
      <td colSpan={columns} className="h-11 px-5">
        <Skeleton className="h-2.5 w-full" />
      </td>
    </tr>
  ));
}
