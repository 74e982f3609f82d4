import { SetPasswordForm } from '../../components/set-password-form.tsx';
import { api } from '../../lib/api.ts';

interface NewPasswordFormProps {
  readonly token: string;
  readonly onDone: () => void;
}

export function NewPasswordForm({ token, onDone }: NewPasswordFormProps) {
  return (
    <SetPasswordForm
      label="New password"
      submitLabel="Change password"
      passwordName="newPassword"
      names={[]}
      onSubmit={async (newPassword) => {
        await api.completePasswordReset({ body: { token, newPassword } });
        onDone();
      }}
    />
  );
}
