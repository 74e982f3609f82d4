import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { LineField } from '../../components/forms/line-field.tsx';
import { SetPasswordForm } from '../../components/forms/set-password-form.tsx';
import { fragmentToken, tokenFrom } from '../../lib/page-address.ts';
import { setupMutation } from './queries.ts';

const FIELDS = ['token', 'organizationName', 'name', 'email'] as const;
type SetupField = (typeof FIELDS)[number];
type Draft = Readonly<Record<SetupField, string>>;

const INPUTS: Readonly<Record<SetupField, SetupInputProps>> = {
  token: {
    label: 'Set-up link',
    hint: 'The server printed it in the terminal in which it was started.',
    autoComplete: 'off',
  },
  organizationName: {
    label: 'Organization name',
    hint: 'Your company or team.',
    autoComplete: 'organization',
    lengthMax: 64,
  },
  name: { label: 'Your name', autoComplete: 'name', lengthMax: 64 },
  email: { label: 'Email', type: 'email', autoComplete: 'username', lengthMax: 254 },
};

export function SetupForm({ onDone }: { readonly onDone: () => Promise<void> }) {
  const setup = useMutation(setupMutation);
  const [given] = useState(() => fragmentToken('/setup'));
  const [draft, setDraft] = useState<Draft>({
    token: given,
    organizationName: '',
    name: '',
    email: '',
  });
  return (
    <SetPasswordForm
      submitLabel="Create organization"
      passwordName="password"
      names={FIELDS}
      onSubmit={async (password) => {
        await setup.mutateAsync({ ...draft, password, token: tokenFrom(draft.token) });
        await onDone();
      }}
    >
      {(errors) =>
        FIELDS.filter((name) => name !== 'token' || given === '').map((name) => (
          <LineField
            key={name}
            {...INPUTS[name]}
            required
            error={errors[name]}
            value={draft[name]}
            onValue={(value) => setDraft((before) => ({ ...before, [name]: value }))}
          />
        ))
      }
    </SetPasswordForm>
  );
}

interface SetupInputProps {
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'email';
  readonly autoComplete: string;
  readonly lengthMax?: number;
}
