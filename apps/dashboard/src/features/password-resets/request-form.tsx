import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';

export function RequestForm({ onSent }: { readonly onSent: (email: string) => void }) {
  const [email, setEmail] = useState('');
  const { pending, errors, submit } = useSubmit(['email'], async () => {
    await api.requestPasswordReset({ body: { email } });
    onSent(email);
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {errors.form.length > 0 ? (
        <Notice tone="bad" urgent>
          {errors.form.join(' ')}
        </Notice>
      ) : null}
      <LineField
        label="Email"
        hint="You receive a link to choose a new password."
        type="email"
        autoComplete="username"
        required
        lengthMax={254}
        error={errors.fields.email}
        value={email}
        onValue={setEmail}
      />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Email me a link
      </Button>
    </form>
  );
}
