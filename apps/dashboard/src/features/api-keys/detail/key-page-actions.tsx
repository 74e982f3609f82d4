import type { ApiKey } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, Pencil, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useIdentity } from '../../sessions/index.ts';
import { enableBlock } from '../actions/enable-block.ts';
import { type KeyAction, KeyDialogs } from '../actions/key-dialogs.tsx';
import { KeyMenu } from '../actions/key-menu.tsx';
import { useKeyPermissions } from '../actions/use-key-permissions.ts';
import { usePendingStatus, useStatusChange } from '../actions/use-status-change.ts';

interface KeyPageActionsProps {
  readonly apiKey: ApiKey;
  readonly onGone: () => void;
}

/** The everyday actions as buttons, all of them in the menu. */
export function KeyPageActions({ apiKey, onGone }: KeyPageActionsProps) {
  const [action, setAction] = useState<KeyAction>();
  const changeStatus = useStatusChange();
  const pending = usePendingStatus(apiKey.id) !== undefined;
  const { mayEdit, mayStop } = useKeyPermissions();
  const identity = useIdentity();
  const { status } = apiKey;
  return (
    <>
      {mayStop && status === 'active' ? (
        <Button pending={pending} onClick={() => changeStatus({ key: apiKey, to: 'disabled' })}>
          <CirclePause size={15} aria-hidden className="max-sm:hidden" />
          Disable
        </Button>
      ) : null}
      {mayStop && status === 'disabled' ? (
        <Button
          pending={pending}
          blocked={enableBlock(apiKey, identity)}
          onClick={() => changeStatus({ key: apiKey, to: 'active' })}
        >
          <CirclePlay size={15} aria-hidden className="max-sm:hidden" />
          Enable
        </Button>
      ) : null}
      {mayEdit && status !== 'revoked' ? (
        <>
          <Button onClick={() => setAction({ kind: 'edit', key: apiKey })}>
            <Pencil size={15} aria-hidden className="max-sm:hidden" />
            Edit
          </Button>
          <Button onClick={() => setAction({ kind: 'rotate', key: apiKey })}>
            <RefreshCw size={15} aria-hidden className="max-sm:hidden" />
            Rotate secret
          </Button>
        </>
      ) : null}
      <KeyMenu apiKey={apiKey} onAction={setAction} />
      <KeyDialogs action={action} onClose={() => setAction(undefined)} onDeleted={onGone} />
    </>
  );
}
