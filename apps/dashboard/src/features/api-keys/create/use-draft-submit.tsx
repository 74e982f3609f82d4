import { ApiError } from '@tollkeeper/sdk';
import { type FormEvent, useRef, useState } from 'react';
import { Notice } from '../../../components/notice.tsx';
import { explainError, type FormErrors, fieldErrors, NO_ERRORS } from '../../../lib/api-errors.ts';
import { counted } from '../../../lib/format.ts';
import { useRevealError } from '../../../lib/use-submit.ts';
import { DRAFT_FIELDS, type DraftErrors, type DraftField } from './key-draft.ts';

interface Draft {
  readonly scopes: ReadonlySet<string>;
}

/** Checks the draft of a key, sends it, and says at which field it failed. */
export function useDraftSubmit<D extends Draft>(
  draft: D,
  check: (draft: D, now: number) => DraftErrors,
  send: (draft: D) => Promise<void>,
) {
  const form = useRef<HTMLFormElement>(null);
  const reveal = useRevealError();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const [errors, setErrors] = useState<FormErrors<DraftField>>(NO_ERRORS);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const target = event.currentTarget;
    const missing = check(draft, Date.now());
    setErrors({ fields: missing, form: [] });
    setRefusal(undefined);
    if (Object.keys(missing).length > 0) return reveal(target);
    setPending(true);
    try {
      await send(draft);
    } catch (error) {
      const sorted = fieldErrors(error, DRAFT_FIELDS) ?? scopeErrors(error, draft);
      if (sorted) setErrors(sorted);
      else setRefusal(error);
      reveal(target);
    } finally {
      setPending(false);
    }
  }

  function forget(field: DraftField) {
    setErrors(({ fields: { [field]: _fixed, ...fields }, form: rest }) => ({
      fields: fields as FormErrors<DraftField>['fields'],
      form: rest,
    }));
  }

  return { pending, errors, refusal, submit, forget, form };
}

/** Scopes that the person picked and does not hold are at fault where they were picked. */
function scopeErrors(error: unknown, { scopes }: Draft): FormErrors<DraftField> | undefined {
  if (!(error instanceof ApiError) || error.code !== 'scope_not_held') return undefined;
  const named = error.problem.scopes ?? [];
  if (!named.some((name) => scopes.has(name))) return undefined;
  return { fields: { scopes: `You do not hold ${named.join(', ')}.` }, form: [] };
}

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
        Revoke or delete a key that nobody needs, or choose a larger plan on the billing page. What
        you filled in stays here.
      </p>
    </Notice>
  );
}
