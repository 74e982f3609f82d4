import { useMutation } from '@tanstack/react-query';
import type { PlanChanges, PlanOffer } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { PLAN_NAMES } from '../organization/index.ts';
import { changePlanMutation } from './queries.ts';

interface ChangePlanDialogProps {
  readonly offer: PlanOffer;
  readonly planChanges: PlanChanges;
  readonly onClose: () => void;
}

/** Says what the change does before it is made. */
export function ChangePlanDialog({ offer, planChanges, onClose }: ChangePlanDialogProps) {
  const change = useMutation(changePlanMutation);
  const [message, setMessage] = useState('');
  const name = PLAN_NAMES[offer.plan];
  const isRequest = planChanges === 'request';
  const form = useSubmit(['message'], async () => {
    const words = message.trim();
    const body = { plan: offer.plan, ...(words ? { message: words } : {}) };
    const { outcome } = await change.mutateAsync(body);
    toast.success(outcome === 'changed' ? `Changed the plan to ${name}` : `Requested ${name}`);
    onClose();
  });
  return (
    <FormDialog
      title={isRequest ? `Request ${name}?` : `Change to ${name}?`}
      description={
        isRequest
          ? `${offer.effect} The operator of this server decides; until then, your plan stays as it is.`
          : offer.effect
      }
      submitLabel={isRequest ? 'Send request' : 'Change plan'}
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
