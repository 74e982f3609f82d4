import { Skeleton } from './skeleton.tsx';
import { WholeRow } from './whole-row.tsx';

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
