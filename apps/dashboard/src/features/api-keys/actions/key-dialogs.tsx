import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { isTyped, TypedNameField, untypedWords } from '../../../components/forms/line-field.tsx';
import { useSubmit } from '../../../lib/use-submit.ts';
import { EditKeyDialog } from '../edit/edit-key-dialog.tsx';
import { tellChange } from '../propagation/tell-change.tsx';
import {
  deleteKeyMutation,
  forgetKey,
  keptBody,
  keptQuery,
  revokeKeyMutation,
} from '../queries.ts';
import { NO_REASON, ReasonField, reasonText } from './reason-field.tsx';
import { RotateKeyFlow } from './rotate-key-dialog.tsx';
import { useCascade } from './use-cascade.tsx';

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

interface KeyDialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

function RevokeKeyDialog({ apiKey: { id, name }, onClose }: KeyDialogProps) {
  const revoke = useMutation(revokeKeyMutation);
  const [reason, setReason] = useState(NO_REASON);
  const { cascade, keepMembers, blocked, field } = useCascade([id], reason.choice === 'leaked');
  const form = useSubmit(['reason'], async () => {
    const text = reasonText(reason);
    await revoke.mutateAsync({
      params: { id },
      body: { ...(text ? { reason: text } : {}), cascade, ...keptBody(keepMembers) },
    });
    tellChange({
      title: `Revoked ${name}${cascade ? ' and everything it created or rotated' : ''}`,
      keyIds: [id],
      done: 'It is refused everywhere from now on.',
    });
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Revoke ${name}?`}
      description="The key stops working everywhere, for good. Its record stays in the list. To stop it for a while, disable it instead."
      submitLabel="Revoke key"
      blocked={blocked}
      filled={reason.text !== '' || reason.choice !== NO_REASON.choice}
      form={form}
      onClose={onClose}
    >
      <ReasonField reason={reason} error={form.errors.fields.reason} onReason={setReason} />
      {field}
    </FormDialog>
  );
}

interface DeleteKeyDialogProps extends KeyDialogProps {
  readonly onDeleted: (() => void) | undefined;
}

/** Deleting cannot be undone, so it asks for the name to be typed. */
function DeleteKeyDialog({ apiKey: { id, name }, onClose, onDeleted }: DeleteKeyDialogProps) {
  const queryClient = useQueryClient();
  const remove = useMutation(deleteKeyMutation);
  const [typed, setTyped] = useState('');
  const { cascade, keepMembers, blocked, field } = useCascade([id], false);
  const form = useSubmit([], async () => {
    if (!isTyped(typed, name)) return;
    await remove.mutateAsync({
      params: { id },
      query: { cascade: cascade ? 'true' : 'false', ...keptQuery(keepMembers) },
    });
    tellChange({
      title: `Deleted ${name}${cascade ? ', and ended everything it created or rotated' : ''}`,
      keyIds: [id],
      done: 'It is refused everywhere from now on.',
    });
    onClose();
    onDeleted?.();
    await forgetKey(queryClient, id);
  });
  return (
    <FormDialog
      danger
      title={`Delete ${name} permanently?`}
      description="The key stops working at once, and its record is deleted. Only the audit log and the counts keep a trace of it. You cannot undo this."
      submitLabel="Delete permanently"
      blocked={untypedWords(typed, name) ?? blocked}
      filled={typed !== ''}
      form={form}
      onClose={onClose}
    >
      <TypedNameField what="key" name={name} typed={typed} onTyped={setTyped} />
      {field}
    </FormDialog>
  );
}
