import { Link } from '@tanstack/react-router';
import { NEAR_LIMIT_PERCENT } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { useCan } from '../sessions/index.ts';

interface KeyLimitProps {
  readonly used: number;
  /** Null is unlimited. */
  readonly max: number | null;
}

/** How much of the limit of keys is used; nothing where there is none. */
export function KeyLimitBar({ used, max }: KeyLimitProps) {
  if (max === null) return null;
  return (
    <progress
      aria-label="Plan usage"
      max={max}
      value={Math.min(used, max)}
      className={joinClasses('slim-bar mt-1.5 block', used >= max ? 'text-warn' : 'text-accent')}
    />
  );
}

interface KeyLimitNoticeProps extends KeyLimitProps {
  /** Whether the page that it is on is the billing page itself. */
  readonly onBillingPage?: boolean;
}

/** Warns once the limit of keys is near, and once it is reached. */
export function KeyLimitNotice({ used, max, onBillingPage = false }: KeyLimitNoticeProps) {
  const mayRead = useCan('billing.read');
  if (max === null || used * 100 < max * NEAR_LIMIT_PERCENT) return null;
  const reached = used >= max;
  return (
    <div className="mb-5">
      <Notice
        tone={reached ? 'warn' : 'info'}
        title={reached ? 'The limit of keys is reached' : 'The limit of keys is near'}
      >
        {reached
          ? `${formatCount(used)} of ${counted(max, 'key')} are in use. All of them keep working; you cannot create more until ${counted(used - max + 1, 'key')} ${used === max ? 'is' : 'are'} gone.`
          : `${formatCount(used)} of ${counted(max, 'key')} are in use.`}{' '}
        {mayRead && !onBillingPage ? (
          <Link to="/billing" className="text-accent-strong underline">
            See the plans
          </Link>
        ) : null}
      </Notice>
    </div>
  );
}
