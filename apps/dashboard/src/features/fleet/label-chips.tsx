import type { Labels } from '@tollkeeper/contract';
import { joinClasses } from '../../lib/join-classes.ts';
import { labelTokens } from './label-tokens.ts';

interface LabelChipsProps {
  readonly labels: Labels;
  /** How many at most; the others are counted. */
  readonly most?: number;
}

const CHIP =
  'min-w-0 max-w-full rounded border border-line px-1.5 text-[0.8125rem] text-soft leading-5';

export function LabelChips({ labels, most = Number.POSITIVE_INFINITY }: LabelChipsProps) {
  const tokens = labelTokens(labels);
  const hidden = tokens.slice(most);
  if (tokens.length === 0) return null;
  return (
    <ul aria-label="Labels" className="flex max-w-full flex-wrap gap-1">
      {tokens.slice(0, most).map((token) => (
        <li
          key={token}
          title={token}
          className={joinClasses(
            CHIP,
            most === Number.POSITIVE_INFINITY ? 'break-all' : 'truncate',
          )}
        >
          {token}
        </li>
      ))}
      {hidden.length > 0 ? (
        <li title={hidden.join(', ')} className={CHIP}>
          +{hidden.length}
          <span className="sr-only"> more</span>
        </li>
      ) : null}
    </ul>
  );
}
