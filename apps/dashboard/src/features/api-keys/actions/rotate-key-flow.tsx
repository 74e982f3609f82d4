import { useQueryClient } from '@tanstack/react-query';
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { useReturnFocus } from '../../../lib/use-return-focus.ts';
import { showChangedKey } from '../key-queries.ts';
import { SecretDialog } from '../secret-dialog.tsx';
import type { KeyDialogProps } from './key-dialog-props.ts';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';

/** Rotating: how long the old secret still works, then the new one, once. */
export function RotateKeyFlow({ apiKey, onClose }: KeyDialogProps) {
  const returnFocus = useReturnFocus();
  const queryClient = useQueryClient();
  const [rotated, setRotated] = useState<ApiKeyWithSecret>();

  function show(answer: ApiKeyWithSecret) {
    setRotated(answer);
    const { secret: _shownOnce, ...key } = answer;
    void showChangedKey(queryClient, key);
  }

  if (rotated)
    return (
      <SecretDialog
        onReturnFocus={returnFocus}
        title="New secret of"
        apiKey={rotated}
        onClose={onClose}
      />
    );
  return <RotateKeyDialog apiKey={apiKey} onClose={onClose} onRotated={show} />;
}
