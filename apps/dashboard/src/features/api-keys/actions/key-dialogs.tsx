import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey, ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { RadioRow } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { isTyped, TypedNameField, untypedWords } from '../../../components/forms/line-field.tsx';
import { useReturnFocus } from '../../../lib/hooks.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { FinalScopesWarning } from '../../scopes/index.ts';
import { EditKeyDialog } from '../edit/edit-key-dialog.tsx';
import { toastChange } from '../propagation.tsx';
import {
  deleteKeyMutation,
  forgetKey,
  keptBody,
  keptQuery,
  revokeKeyMutation,
  rotateKeyMutation,
} from '../queries.ts';
import { SecretDialog } from '../secret-dialog.tsx';
import { NO_REASON, ReasonField, reasonText } from './reason-field.tsx';
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
    toastChange({
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
    toastChange({
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

interface RotateKeyFlowProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

/** Rotating: how long the old secret still works, then the new one, once. */
function RotateKeyFlow({ apiKey, onClose }: RotateKeyFlowProps) {
  const returnFocus = useReturnFocus();
  const [rotated, setRotated] = useState<ApiKeyWithSecret>();
  if (rotated)
    return (
      <SecretDialog
        onReturnFocus={returnFocus}
        title="New secret of"
        apiKey={rotated}
        onClose={onClose}
      />
    );
  return <RotateKeyDialog apiKey={apiKey} onClose={onClose} onRotated={setRotated} />;
}

const USUAL_GRACE_S = 86_400;
const GRACES = [
  { seconds: 0, label: 'None', hint: 'The old secret stops working at once' },
  { seconds: 3_600, label: '1 hour', hint: 'Both secrets work for an hour' },
  { seconds: USUAL_GRACE_S, label: '24 hours', hint: 'Both secrets work for a day' },
  { seconds: 604_800, label: '7 days', hint: 'Both secrets work for a week' },
] as const;

interface RotateKeyDialogProps extends RotateKeyFlowProps {
  readonly onRotated: (answer: ApiKeyWithSecret) => void;
}

function RotateKeyDialog({ apiKey, onClose, onRotated }: RotateKeyDialogProps) {
  const [graceSeconds, setGraceSeconds] = useState<number>(USUAL_GRACE_S);
  const rotate = useMutation(rotateKeyMutation);
  const form = useSubmit(['graceSeconds'], async () => {
    onRotated(await rotate.mutateAsync({ params: { id: apiKey.id }, body: { graceSeconds } }));
  });
  return (
    <FormDialog
      title={`Rotate the secret of ${apiKey.name}`}
      description="The key keeps its name, scopes and history, and gets a new secret."
      submitLabel="Rotate secret"
      filled={graceSeconds !== USUAL_GRACE_S}
      form={form}
      onClose={onClose}
    >
      <FieldGroup label="Grace period" error={form.errors.fields.graceSeconds}>
        {GRACES.map(({ seconds, label, hint }) => (
          <RadioRow
            key={seconds}
            name="grace"
            label={label}
            hint={hint}
            checked={graceSeconds === seconds}
            onChoose={() => setGraceSeconds(seconds)}
          />
        ))}
      </FieldGroup>
      <FinalScopesWarning scopes={new Set(apiKey.scopes)} />
    </FormDialog>
  );
}
