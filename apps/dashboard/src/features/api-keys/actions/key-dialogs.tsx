import type { ApiKey } from '@tollkeeper/contract';
import { EditKeyDialog } from '../edit/edit-key-dialog.tsx';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { RevokeKeyDialog } from './revoke-key-dialog.tsx';
import { RotateKeyFlow } from './rotate-key-flow.tsx';

export interface KeyAction {
  readonly kind: 'edit' | 'rotate' | 'revoke' | 'delete';
  readonly key: ApiKey;
}

interface KeyDialogsProps {
  readonly action: KeyAction | undefined;
  readonly onClose: () => void;
  /** On the key's own page: where to go once there is no key. */
  readonly onDeleted?: () => void;
}

/** The dialog of the action under way, if any. */
export function KeyDialogs({ action, onClose, onDeleted }: KeyDialogsProps) {
  if (!action) return null;
  const props = { apiKey: action.key, onClose };
  switch (action.kind) {
    case 'edit':
      return <EditKeyDialog {...props} />;
    case 'rotate':
      return <RotateKeyFlow {...props} />;
    case 'revoke':
      return <RevokeKeyDialog {...props} />;
    case 'delete':
      return <DeleteKeyDialog {...props} onDeleted={onDeleted} />;
  }
}
