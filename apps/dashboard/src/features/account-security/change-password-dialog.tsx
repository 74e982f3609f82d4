import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { NewPasswordField } from '../../components/new-password-field.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { PASSWORD_LENGTH_MIN } from '../../lib/password-strength.ts';
import { changeSession } from '../../lib/session-endpoint.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';

/** Ends every other session: anyone who knew the old password is signed out. */
export function ChangePasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const { pending, errors, submit } = useSubmit(['password'], async () => {
    const body = { currentPassword, newPassword, revokeOtherSessions: true };
    const asking = changeSession('change-password', body);
    await tellAt('password', 'validation_failed', asking, 'The password is wrong.');
    toast.success('Changed the password and ended your other sessions');
    onClose();
  });
  return (
    <Dialog
      title="Change the password"
      description="You are signed out of every other browser and command line."
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Change password"
        blocked={blockedWords(currentPassword, newPassword, repeated)}
        filled={currentPassword + newPassword + repeated !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <PasswordField
          value={currentPassword}
          error={errors.fields.password}
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
      </ActionForm>
    </Dialog>
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
