import { useQueryClient } from '@tanstack/react-query';
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { useReturnFocus } from '../../../lib/use-return-focus.ts';
import { refreshKeys } from '../key-queries.ts';
import { SecretDialog } from '../secret-dialog.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';

/** Creating a key: the form, then the secret, once. */
export function CreateKeyFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const queryClient = useQueryClient();
  const [created, setCreated] = useState<ApiKeyWithSecret>();

  function show(answer: ApiKeyWithSecret) {
    setCreated(answer);
    void refreshKeys(queryClient);
  }

  if (created)
    return (
      <SecretDialog
        onReturnFocus={returnFocus}
        title="Secret of"
        apiKey={created}
        onClose={onClose}
      />
    );
  return <CreateKeyDialog onClose={onClose} onCreated={show} />;
}
