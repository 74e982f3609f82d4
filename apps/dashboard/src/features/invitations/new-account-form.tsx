import { useState } from 'react';
import { LineField } from '../../components/line-field.tsx';
import { SetPasswordForm } from '../../components/set-password-form.tsx';
import { api } from '../../lib/api.ts';
import type { AcceptStepProps } from './accept-step-props.ts';

/** For an address that is new to the server: a name and a password make its account. */
export function NewAccountForm({ token, invitation, onAccepted }: AcceptStepProps) {
  const [name, setName] = useState('');
  return (
    <SetPasswordForm
      submitLabel="Accept invitation"
      passwordName="password"
      names={['name']}
      onSubmit={async (password) => {
        const { organizationId } = await api.acceptInvitation({ body: { token, name, password } });
        await onAccepted(organizationId);
      }}
    >
      {(errors) => (
        <>
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
            error={errors.name}
            value={name}
            onValue={setName}
          />
        </>
      )}
    </SetPasswordForm>
  );
}
