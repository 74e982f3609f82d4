import { useMutation } from '@tanstack/react-query';
import type { PlanRequest } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/forms/form-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { PLAN_NAMES } from '../organization/index.ts';
import { useCan } from '../sessions/index.ts';
import { withdrawRequestMutation } from './queries.ts';

/** The last request for another plan: what became of it, or that it is pending. */
export function PlanRequestPanel({ request }: { readonly request: PlanRequest | null }) {
  const mayManage = useCan('billing.manage');
  const withdraw = useMutation(withdrawRequestMutation);
  const [isWithdrawing, setWithdrawing] = useState(false);
  if (!request || request.status === 'approved') return null;
  const name = PLAN_NAMES[request.plan];
  const isPending = request.status === 'pending';
  return (
    <>
      <Notice
        tone={isPending ? 'info' : 'warn'}
        title={isPending ? `${name} is requested` : `The request for ${name} was declined`}
      >
        <p>
          Requested by {request.requestedBy.name}
          {request.requestedByKey
            ? ` with ${request.requestedByKey.name === null ? 'an API key' : `the key ${request.requestedByKey.name}`}`
            : ''}{' '}
          <TimeAgo at={request.requestedAt} />.{' '}
          {isPending ? 'The operator of this server decides.' : 'Your plan stayed as it was.'}
        </p>
        {request.message && isPending ? <p className="mt-1">Message: {request.message}</p> : null}
        {request.decisionNote ? <p className="mt-1">Operator: {request.decisionNote}</p> : null}
        {isPending && mayManage ? (
          <Button size="small" className="mt-3" onClick={() => setWithdrawing(true)}>
            Withdraw request
          </Button>
        ) : null}
      </Notice>
      {isWithdrawing ? (
        <ConfirmDialog
          title={`Withdraw the request for ${name}?`}
          description="Your plan stays as it is. You can send another request at any time."
          confirmLabel="Withdraw request"
          onConfirm={() => withdraw.mutateAsync(request.requestedAt)}
          done="Withdrew the request"
          onClose={() => setWithdrawing(false)}
        />
      ) : null}
    </>
  );
}
