import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { PasswordField } from '../../components/forms/line-field.tsx';
import {
  NewPasswordField,
  PASSWORD_LENGTH_MIN,
} from '../../components/forms/new-password-field.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { changePasswordMutation } from './queries.ts';

interface PasswordDialogProps {
  readonly title: string;
  readonly description: string;
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** Sends the password; a wrong one is refused at the field. */
  readonly onPassword: (password: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Before anything about one's second factors changes: the password, again. */
export function PasswordDialog({ onPassword, ...dialog }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const form = useSubmit(['password'], () => onPassword(password));
  return (
    <FormDialog
      {...dialog}
      blocked={password === '' ? 'Enter your password.' : undefined}
      filled={password !== ''}
      form={form}
    >
      <PasswordField value={password} error={form.errors.fields.password} onValue={setPassword} />
    </FormDialog>
  );
}

/** Ends every other session: anyone who knew the old password is signed out. */
export function ChangePasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const change = useMutation(changePasswordMutation);
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const form = useSubmit(['password'], async () => {
    await change.mutateAsync({ currentPassword, newPassword });
    toast.success('Changed the password and ended your other sessions');
    onClose();
  });
  return (
    <FormDialog
      title="Change the password"
      description="You are signed out of every other browser and command line."
      submitLabel="Change password"
      blocked={blockedWords(currentPassword, newPassword, repeated)}
      filled={currentPassword + newPassword + repeated !== ''}
      form={form}
      onClose={onClose}
    >
      <PasswordField
        value={currentPassword}
        error={form.errors.fields.password}
        onValue={setCurrentPassword}
      />
      <NewPasswordField
        label="New password"
        password={newPassword}
        repeated={repeated}
        error={undefined}
        repeatedError={undefined}
        onPassword={setNewPassword}
        onRepeated={setRepeated}
      />
    </FormDialog>
  );
}

function blockedWords(
  currentPassword: string,
  newPassword: string,
  repeated: string,
): string | undefined {
  if (currentPassword === '') return 'Enter your password.';
  if (newPassword.length < PASSWORD_LENGTH_MIN) {
    return `Enter a new password of at least ${PASSWORD_LENGTH_MIN} characters.`;
  }
  return repeated === newPassword ? undefined : 'Enter the new password a second time.';
}
