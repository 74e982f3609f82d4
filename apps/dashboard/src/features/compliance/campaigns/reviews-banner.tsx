import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../../components/notice.tsx';
import { exactDay } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { waitingWords } from './campaign-words.tsx';
import { ownReviewsQuery } from './queries.ts';

/** Above a member's keys: that some of them wait for a review, and where. */
export function ReviewsBanner() {
  const mayDecide = useCan('api_keys.revoke');
  const { data } = useQuery({ ...ownReviewsQuery, enabled: mayDecide });
  const first = data?.data.toSorted((one, other) => (one.endsAt < other.endsAt ? -1 : 1))[0];
  if (!data || !first) return null;
  return (
    <div className="mb-5">
      <Notice
        tone={first.disablesUnconfirmed ? 'warn' : 'info'}
        title={`${waitingWords(data.totalCount)} for you to review until ${exactDay(first.endsAt)}`}
      >
        {first.disablesUnconfirmed ? 'What nobody confirms by then is disabled. ' : null}
        <Link
          to="/compliance/reviews"
          className="font-medium text-accent underline underline-offset-2"
        >
          Review them
        </Link>
      </Notice>
    </div>
  );
}
