import { useMutation } from '@tanstack/react-query';
import type { ApiKey, ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { RadioRow } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { useReturnFocus } from '../../../lib/hooks.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { FinalScopesWarning } from '../../scopes/index.ts';
import { rotateKeyMutation } from '../queries.ts';
import { SecretDialog } from '../secret-dialog.tsx';

interface RotateKeyFlowProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

/** Rotating: how long the old secret still works, then the new one, once. */
export function RotateKeyFlow({ apiKey, onClose }: RotateKeyFlowProps) {
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
