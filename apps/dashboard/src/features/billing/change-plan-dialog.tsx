import { useMutation, useQuery } from '@tanstack/react-query';
import {
  formatMoney,
  type PlanChanges,
  type PlanOffer,
  type PlanPreview,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { toast } from 'sonner';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { useExactlyOnce } from '../../components/forms/use-exactly-once.ts';
import { explainError } from '../../lib/api-errors.ts';
import { exactTime } from '../../lib/format.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { PLAN_NAMES } from '../organization/index.ts';
import { changePlanMutation, previewQuery } from './queries.ts';

interface ChangePlanDialogProps {
  readonly offer: PlanOffer;
  readonly planChanges: PlanChanges;
  /** Whether it is the current plan, which otherwise ends with the period that is paid. */
  readonly keeps: boolean;
  readonly onClose: () => void;
}

/** Says what the change does before it is made. */
export function ChangePlanDialog({ offer, planChanges, keeps, onClose }: ChangePlanDialogProps) {
  const change = useMutation(changePlanMutation);
  const [message, setMessage] = useState('');
  const name = PLAN_NAMES[offer.plan];
  const isRequest = planChanges === 'request';
  const preview = useQuery({ ...previewQuery(offer.plan), enabled: !isRequest });
  const send = useExactlyOnce(
    (words: string) => ({ plan: offer.plan, ...(words ? { message: words } : {}) }),
    (body, idempotencyKey) => change.mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit(['message'], async () => {
    const { outcome, url } = await send(message.trim());
    if (url !== undefined) {
      window.location.assign(url);
      return;
    }
    toast.success(keeps ? `${name} goes on` : successText(outcome, name));
    onClose();
  });
  return (
    <FormDialog
      title={keeps ? `Keep ${name}?` : isRequest ? `Request ${name}?` : `Change to ${name}?`}
      description={
        keeps
          ? 'The subscription goes on, and renews at the end of the period that is paid.'
          : isRequest
            ? `${offer.effect} The operator of this server decides; until then, your plan stays as it is.`
            : `${offer.effect} ${previewText(preview.data)}`
      }
      submitLabel={keeps ? 'Keep plan' : isRequest ? 'Send request' : 'Change plan'}
      blocked={isRequest || preview.data ? undefined : unknownText(preview.error)}
      filled={message !== ''}
      form={form}
      onClose={onClose}
    >
      {isRequest ? (
        <LineField
          label="Message"
          hint="For the operator: why, or whom to bill. Leave empty for none."
          lengthMax={500}
          error={form.errors.fields.message}
          value={message}
          onValue={setMessage}
        />
      ) : null}
    </FormDialog>
  );
}

/** Nobody agrees to what was not said. */
function unknownText(error: Error | null): string {
  if (!error) return 'The server is asking what it costs.';
  const why = explainError(error);
  const isRefused = error instanceof ApiError && error.problem.code === 'invalid_state';
  return isRefused ? why : `What it costs is not known: ${why}`;
}

function previewText(preview: PlanPreview | undefined): string {
  if (!preview) return '';
  const { charge, startsAt } = preview;
  if (startsAt) return `Until ${exactTime(startsAt)}, your plan stays as it is.`;
  if (!charge || charge.amount === 0) return '';
  const amount = formatMoney(Math.abs(charge.amount), charge.currency);
  return charge.amount > 0 ? `You pay ${amount} now.` : `You are credited ${amount}.`;
}

type Outcome = RouteOutput<Routes['changePlan']>['outcome'];

function successText(outcome: Outcome, name: string): string {
  switch (outcome) {
    case 'changed':
      return `Changed the plan to ${name}`;
    case 'requested':
      return `Requested ${name}`;
    case 'payment':
      return `${name} follows once it is paid`;
    case 'ending':
      return 'The subscription ends with the period that is paid';
  }
}
