import { formatCount } from '../lib/format-count.ts';
import { Button } from './button.tsx';

interface ShowAllProps {
  readonly shownCount: number;
  readonly hiddenCount: number;
  readonly onShowAll: () => void;
}

/** Below a list that is cut short: how short, and the way to all of it. */
export function ShowAll({ shownCount, hiddenCount, onShowAll }: ShowAllProps) {
  if (hiddenCount === 0) return null;
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 border-line border-t px-5 py-2.5 text-[0.8125rem] text-soft">
      {formatCount(shownCount)} of {formatCount(shownCount + hiddenCount)}
      <Button size="small" onClick={onShowAll}>
        Show all
      </Button>
    </p>
  );
}
