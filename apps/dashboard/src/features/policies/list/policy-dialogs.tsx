import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PolicySummary } from '@tollkeeper/contract';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LastPermitNotice } from '../last-permit.tsx';
import { changeWords, effectsOf, isInForce, type PolicyChange } from '../policy-effects.ts';
import {
  changeStatusMutation,
  deletePolicyMutation,
  forgetPolicy,
  policyQuery,
} from '../queries.ts';

/** What the person has begun to do to a policy. */
export interface PolicyAction {
  readonly change: PolicyChange;
  readonly policy: PolicySummary;
}

interface PolicyDialogsProps {
  readonly action: PolicyAction | undefined;
  readonly onClose: () => void;
  /** After it was deleted, before it is forgotten. */
  readonly onDeleted?: () => void;
}

/** The dialog of the action under way, if any: what will happen, before it does. */
export function PolicyDialogs({ action, ...rest }: PolicyDialogsProps) {
  return action ? <ChangeDialog {...action} {...rest} /> : null;
}

const WORDS = {
  enable: { verb: 'Enable', done: 'Enabled' },
  disable: { verb: 'Disable', done: 'Disabled' },
  delete: { verb: 'Delete', done: 'Deleted' },
} as const;

type ChangeDialogProps = PolicyAction & Omit<PolicyDialogsProps, 'action'>;

function ChangeDialog({ change, policy, onClose, onDeleted }: ChangeDialogProps) {
  const client = useQueryClient();
  const setStatus = useMutation(changeStatusMutation);
  const remove = useMutation(deletePolicyMutation);
  const { data } = useQuery(policyQuery(policy.id));
  const { verb, done } = WORDS[change];
  const effects = effectsOf(data?.text ?? '');
  const isLoss = change !== 'enable' && isInForce(policy) && effects.permits;

  async function confirm() {
    if (change !== 'delete') {
      await setStatus.mutateAsync({ id: policy.id, to: `${change}d` });
      return;
    }
    await remove.mutateAsync(policy.id);
    onDeleted?.();
    forgetPolicy(client, policy.id);
  }

  return (
    <ConfirmDialog
      danger={change === 'delete'}
      title={`${verb} ${policy.name}?`}
      description={changeWords(change, policy, effects)}
      confirmLabel={`${verb} policy`}
      onConfirm={confirm}
      done={`${done} ${policy.name}`}
      onClose={onClose}
    >
      {isLoss ? <LastPermitNotice policy={policy} /> : null}
    </ConfirmDialog>
  );
}
