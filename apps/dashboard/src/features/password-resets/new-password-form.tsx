import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';

interface NewPasswordFormProps {
  readonly token: string;
  readonly onDone: () => void;
}

export function NewPasswordForm({ token, onDone }: NewPasswordFormProps) {
  const [newPassword, setNewPassword] = useState('');
  const { pending, errors, submit } = useSubmit(['newPassword'], async () => {
    await api.completePasswordReset({ body: { token, newPassword } });
    onDone();
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {errors.form.length > 0 ? (
        <Notice tone="bad" urgent>
          {errors.form.join(' ')}
        </Notice>
      ) : null}
      <LineField
        label="New password"
        hint="At least 12 characters. A few random words are both strong and easy to type."
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        lengthMax={128}
        error={errors.fields.newPassword}
        value={newPassword}
        onValue={setNewPassword}
      />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Change password
      </Button>
    </form>
  );
}
