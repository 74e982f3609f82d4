import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { RadioRow } from '../../../components/radio-row.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { FinalScopesWarning } from '../../scopes/index.ts';
import type { KeyDialogProps } from './key-dialog-props.ts';

const USUAL_GRACE_S = 86_400;
const GRACES = [
  { seconds: 0, label: 'None', hint: 'The old secret stops working at once' },
  { seconds: 3_600, label: '1 hour', hint: 'Both secrets work for an hour' },
  { seconds: USUAL_GRACE_S, label: '24 hours', hint: 'Both secrets work for a day' },
  { seconds: 604_800, label: '7 days', hint: 'Both secrets work for a week' },
] as const;

interface RotateKeyDialogProps extends KeyDialogProps {
  readonly onRotated: (answer: ApiKeyWithSecret) => void;
}

export function RotateKeyDialog({ apiKey, onClose, onRotated }: RotateKeyDialogProps) {
  const [graceSeconds, setGraceSeconds] = useState<number>(USUAL_GRACE_S);
  const { pending, errors, submit } = useSubmit(['graceSeconds'], async () => {
    onRotated(await api.rotateKey({ params: { id: apiKey.id }, body: { graceSeconds } }));
  });
  return (
    <Dialog
      title={`Rotate the secret of ${apiKey.name}`}
      description="The key keeps its name, scopes and history, and gets a new secret."
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Rotate secret"
        filled={graceSeconds !== USUAL_GRACE_S}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <FieldGroup label="Grace period" error={errors.fields.graceSeconds}>
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
      </ActionForm>
    </Dialog>
  );
}
