import { useQueryClient } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Notice } from '../../../components/notice.tsx';
import { isTyped, TypedNameField, untypedWords } from '../../../components/typed-name-field.tsx';
import { api } from '../../../lib/api.ts';
import { counted } from '../../../lib/format-count.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { refreshFleet } from '../fleet-queries.ts';
import type { GatewayDialogProps } from './gateway-action.ts';
import { staleWords } from './stale-words.ts';

/** Removing cannot be undone, so it asks for the name to be typed. */
export function RemoveGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const { id, name } = gateway;
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const { pending, errors, submit } = useSubmit([], async () => {
    if (!isTyped(typed, name)) return;
    await api.deleteGateway({ params: { id } });
    toast.success(`Removed ${name}`);
    onClose();
    await refreshFleet(queryClient);
  });
  return (
    <Dialog
      title={`Remove ${name}?`}
      description="Its credential stops working at once: it deletes its snapshot and refuses every request. To use it again, join it with a new join key. This cannot be undone."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Remove gateway"
        blocked={untypedWords(typed, name)}
        filled={typed !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <Consequences gateway={gateway} />
        <TypedNameField what="gateway" name={name} typed={typed} onTyped={setTyped} />
      </ActionForm>
    </Dialog>
  );
}

function Consequences({ gateway }: { readonly gateway: Gateway }) {
  const { state, staleMaxMs, spooledCalls } = gateway;
  return (
    <>
      {state === 'unreachable' ? (
        <Notice tone="warn" title="It is not connected, so it learns of this only later">
          Until it reaches the control plane again it {staleWords(staleMaxMs)}. Stop its process to
          be sure.
        </Notice>
      ) : null}
      {spooledCalls ? (
        <Notice tone="info">
          {counted(spooledCalls, 'call')} that it counted {spooledCalls === 1 ? 'is' : 'are'} not
          here yet, and would stay uncounted.
        </Notice>
      ) : null}
    </>
  );
}
