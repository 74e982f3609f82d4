import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { TypedNameField, untypedWords } from '../../components/typed-name-field.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { Organization } from './organization-query.ts';

interface DeleteOrganizationDialogProps {
  readonly organization: Organization;
  readonly onClose: () => void;
  readonly onGone: () => Promise<void>;
}

export function DeleteOrganizationDialog({
  organization: { name },
  onClose,
  onGone,
}: DeleteOrganizationDialogProps) {
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const { pending, errors, submit } = useSubmit(['name', 'password'], async () => {
    const deleting = api.deleteOrganization({ body: { name, password } });
    await tellAt('password', 'password_wrong', deleting, 'The password is wrong.');
    await onGone();
    // Last, since leaving takes away what was said before.
    toast.success(`Deleted ${name}`);
  });
  return (
    <Dialog
      title={`Delete ${name}?`}
      description="Every key of every member is revoked at once, everywhere. The audit log stays for 30 days for export; then everything is erased. This cannot be undone."
      closesOutside={false}
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete organization"
        blocked={
          untypedWords(typed, name) ?? (password === '' ? 'Enter your password.' : undefined)
        }
        filled={!pending && typed + password !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <TypedNameField
          what="organization"
          name={name}
          typed={typed}
          error={errors.fields.name}
          onTyped={setTyped}
        />
        <PasswordField value={password} error={errors.fields.password} onValue={setPassword} />
      </ActionForm>
    </Dialog>
  );
}
