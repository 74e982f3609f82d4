import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { TextInput } from '../../components/text-input.tsx';
import { changeSession } from '../../lib/session-endpoint.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';

const PASSWORD_LENGTH_MIN = 12;

/** Ends every other session: whoever knew the old password is out. */
export function ChangePasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
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
      description="Your other sessions end, in every browser and command line."
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Change password"
        blocked={blockedWords(currentPassword, newPassword)}
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
        <Field label="New password" hint="At least 12 characters" error={undefined}>
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="new-password"
              required
              value={newPassword}
              onChange={(event) => setNewPassword(event.target.value)}
            />
          )}
        </Field>
      </ActionForm>
    </Dialog>
  );
}

function blockedWords(currentPassword: string, newPassword: string): string | undefined {
  if (currentPassword === '') return 'Enter your password.';
  return newPassword.length < PASSWORD_LENGTH_MIN
    ? `Enter a new password of at least ${PASSWORD_LENGTH_MIN} characters.`
    : undefined;
}
