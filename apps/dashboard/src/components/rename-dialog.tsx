import { useState } from 'react';
import { toast } from 'sonner';
import { useSubmit } from '../lib/use-submit.ts';
import { ActionForm } from './action-form.tsx';
import { Dialog } from './dialog.tsx';
import { LineField } from './line-field.tsx';

interface RenameDialogProps {
  /** What is renamed: "key". */
  readonly what: string;
  readonly name: string;
  readonly onClose: () => void;
  /** Resolves to what it is called from then on. */
  readonly rename: (name: string) => Promise<string>;
}

export function RenameDialog({ what, name: before, onClose, rename }: RenameDialogProps) {
  const [name, setName] = useState(before);
  const { pending, errors, submit } = useSubmit(['name'], async () => {
    toast.success(`Renamed to ${await rename(name.trim())}`);
    onClose();
  });
  return (
    <Dialog title={`Rename ${what}`} onClose={onClose}>
      <ActionForm
        submitLabel="Rename"
        blocked={blockedWords(name, before)}
        filled={name !== before}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          lengthMax={64}
          error={errors.fields.name}
          value={name}
          onFocus={(event) => event.target.select()}
          onValue={setName}
        />
      </ActionForm>
    </Dialog>
  );
}

function blockedWords(name: string, before: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  return name === before ? 'The name is unchanged.' : undefined;
}
