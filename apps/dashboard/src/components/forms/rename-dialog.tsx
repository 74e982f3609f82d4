import { useState } from 'react';
import { toast } from 'sonner';
import { useSubmit } from '../../lib/use-submit.ts';
import { FormDialog } from './form-dialog.tsx';
import { LineField } from './line-field.tsx';

interface RenameDialogProps {
  /** What is renamed: "gateway". */
  readonly what: string;
  readonly name: string;
  readonly onClose: () => void;
  readonly rename: (name: string) => Promise<{ readonly name: string }>;
}

export function RenameDialog({ what, name: before, onClose, rename }: RenameDialogProps) {
  const [name, setName] = useState(before);
  const form = useSubmit(['name'], async () => {
    const renamed = await rename(name.trim());
    toast.success(`Renamed to ${renamed.name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Rename ${what}`}
      submitLabel="Rename"
      blocked={blockedWords(name, before)}
      filled={name !== before}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        lengthMax={64}
        error={form.errors.fields.name}
        value={name}
        onFocus={(event) => event.target.select()}
        onValue={setName}
      />
    </FormDialog>
  );
}

function blockedWords(name: string, before: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  return name === before ? 'The name is unchanged.' : undefined;
}
