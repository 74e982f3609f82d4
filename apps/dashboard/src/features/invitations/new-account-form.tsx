import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { AcceptStepProps } from './accept-step-props.ts';

/** For an address that is new to the server: a name and a password make its account. */
export function NewAccountForm({ token, invitation, onAccepted }: AcceptStepProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { pending, errors, submit } = useSubmit(['name', 'password'], async () => {
    const { organizationId } = await api.acceptInvitation({ body: { token, name, password } });
    await onAccepted(organizationId);
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
        type="email"
        autoComplete="username"
        readOnly
        error={undefined}
        value={invitation.email}
        onValue={() => {}}
      />
      <LineField
        label="Your name"
        autoComplete="name"
        required
        lengthMax={64}
        error={errors.fields.name}
        value={name}
        onValue={setName}
      />
      <LineField
        label="Password"
        hint="At least 12 characters. A few random words are both strong and easy to type."
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        lengthMax={128}
        error={errors.fields.password}
        value={password}
        onValue={setPassword}
      />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Accept invitation
      </Button>
    </form>
  );
}
