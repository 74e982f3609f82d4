import { ApiError } from '@tollkeeper/sdk';
import { Notice } from '../../../components/notice.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { counted } from '../../../lib/format.ts';

interface KeyRefusalProps {
  readonly title: string;
  readonly error: unknown;
  readonly messages: readonly string[];
}

/** Why the server did not create or change the key, where no single field is at fault. */
export function KeyRefusal({ title, error, messages }: KeyRefusalProps) {
  if (messages.length > 0) {
    return (
      <Notice tone="bad" urgent title={title}>
        {messages.join(' ')}
      </Notice>
    );
  }
  if (error === undefined) return null;
  if (error instanceof ApiError && error.code === 'plan_limit_reached') {
    return <PlanFull count={error.problem.count} limit={error.problem.limit} />;
  }
  return (
    <Notice tone="bad" urgent title={title}>
      <p>{explainError(error)}</p>
      {error instanceof ApiError && error.problem.scopes?.length ? (
        <p className="mt-1 font-mono text-[0.8125rem]">{error.problem.scopes.join(', ')}</p>
      ) : null}
    </Notice>
  );
}

interface PlanFullProps {
  readonly count: number | undefined;
  readonly limit: number | undefined;
}

function PlanFull({ count, limit }: PlanFullProps) {
  return (
    <Notice tone="warn" urgent title="Your plan is full">
      <p>
        {limit === undefined
          ? 'Your plan allows no more keys.'
          : `Your plan allows ${counted(limit, 'key')}, and ${count ?? limit} count towards it: active and disabled keys that have not expired.`}
      </p>
      <p className="mt-1">
        Revoke or delete a key that nobody needs, or ask the operator of this server for a larger
        plan. What you filled in stays here.
      </p>
    </Notice>
  );
}
