import { useQueryClient } from '@tanstack/react-query';
import type { JoinKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { useReturnFocus } from '../../../lib/use-return-focus.ts';
import { refreshFleet } from '../fleet-queries.ts';
import { JoinKeySecretDialog } from './join-key-secret-dialog.tsx';
import { NewJoinKeyDialog } from './new-join-key-dialog.tsx';

/** A new join key: the form, then the line to run, once, and the gateway as it comes. */
export function NewJoinKeyFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const queryClient = useQueryClient();
  const [created, setCreated] = useState<JoinKeyWithSecret>();

  function show(answer: JoinKeyWithSecret) {
    setCreated(answer);
    void refreshFleet(queryClient);
  }

  if (created) {
    return <JoinKeySecretDialog joinKey={created} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return <NewJoinKeyDialog onClose={onClose} onCreated={show} />;
}
