import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { explainError } from '../../lib/explain-error.ts';
import { type FormErrors, fieldErrors, formErrors, NO_ERRORS } from '../../lib/field-errors.ts';
import { fragmentToken, tokenFrom } from '../../lib/fragment-token.ts';
import { useRevealError } from '../../lib/use-reveal-error.ts';

const FIELDS = ['token', 'name', 'email', 'password', 'organizationName'] as const;
type SetupField = (typeof FIELDS)[number];
type Draft = Readonly<Record<SetupField, string>>;

const INPUTS: Readonly<Record<SetupField, SetupInputProps>> = {
  token: {
    label: 'Set-up link',
    hint: 'The server printed it in the terminal in which it was started.',
    autoComplete: 'off',
  },
  name: { label: 'Your name', autoComplete: 'name', lengthMax: 64 },
  email: { label: 'Email', type: 'email', autoComplete: 'username', lengthMax: 254 },
  password: {
    label: 'Password',
    hint: 'At least 12 characters. A few random words are both strong and easy to type.',
    type: 'password',
    autoComplete: 'new-password',
    minLength: 12,
    lengthMax: 128,
  },
  organizationName: {
    label: 'Organization name',
    hint: 'Your company or team.',
    autoComplete: 'organization',
    lengthMax: 64,
  },
};

export function SetupForm({ onDone }: { readonly onDone: () => Promise<void> }) {
  const [given] = useState(() => fragmentToken('/setup'));
  const [draft, setDraft] = useState<Draft>({
    token: given,
    name: '',
    email: '',
    password: '',
    organizationName: '',
  });
  const [errors, setErrors] = useState<FormErrors<SetupField>>(NO_ERRORS);
  const [pending, setPending] = useState(false);
  const reveal = useRevealError();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const form = event.currentTarget;
    setPending(true);
    setErrors(NO_ERRORS);
    try {
      await api.setup({ body: { ...draft, token: tokenFrom(draft.token) } });
      await onDone();
    } catch (error) {
      setErrors(fieldErrors(error, FIELDS) ?? formErrors(explainError(error)));
      reveal(form);
    } finally {
      setPending(false);
    }
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {errors.form.length > 0 ? (
        <Notice tone="bad" urgent>
          {errors.form.join(' ')}
        </Notice>
      ) : null}
      {FIELDS.filter((name) => name !== 'token' || given === '').map((name) => (
        <LineField
          key={name}
          {...INPUTS[name]}
          required
          error={errors.fields[name]}
          value={draft[name]}
          onValue={(value) => setDraft((before) => ({ ...before, [name]: value }))}
        />
      ))}
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Create organization
      </Button>
    </form>
  );
}

interface SetupInputProps {
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'email' | 'password';
  readonly autoComplete: string;
  readonly minLength?: number;
  readonly lengthMax?: number;
}
