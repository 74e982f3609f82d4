import { useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { TextInput } from '../../../components/text-input.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { showChangedKey } from '../key-queries.ts';

export interface KeyDialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

export function RenameKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(apiKey.name);
  const { pending, errors, submit } = useSubmit(['name'], async () => {
    const renamed = await api.updateKey({ params: { id: apiKey.id }, body: { name } });
    toast.success(`Renamed to ${renamed.name}`);
    onClose();
    await showChangedKey(queryClient, renamed);
  });
  return (
    <Dialog title="Rename key" onClose={onClose}>
      <ActionForm
        submitLabel="Rename"
        disabled={name.trim() === '' || name === apiKey.name}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <Field label="Name" error={errors.fields.name}>
          {(control) => (
            <TextInput
              {...control}
              maxLength={64}
              autoComplete="off"
              value={name}
              onFocus={(event) => event.target.select()}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </ActionForm>
    </Dialog>
  );
}
