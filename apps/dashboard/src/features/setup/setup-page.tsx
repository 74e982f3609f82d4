import { mutationOptions, queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { useState } from 'react';
import { LineField } from '../../components/forms/line-field.tsx';
import { SetPasswordForm } from '../../components/forms/set-password-form.tsx';
import { LoadError } from '../../components/notice.tsx';
import { EntryPage, Skeleton, usePageTitle } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { fragmentToken, tokenFrom } from '../../lib/page-address.ts';

export function SetupPage({ onDone }: { readonly onDone: () => Promise<void> }) {
  usePageTitle('Set up');
  const state = useQuery({
    ...setupQuery,
    // The form must not vanish under the person's hands.
    refetchOnWindowFocus: false,
  });
  return (
    <EntryPage title="Set up Tollkeeper" lead="Create your organization. You become its owner.">
      {state.isPending ? <Skeleton className="h-80 w-full" /> : null}
      {state.isError ? (
        <LoadError what="the state of the server" error={state.error} onRetry={state.refetch} />
      ) : null}
      {state.data?.open ? <SetupForm onDone={onDone} /> : null}
      {state.data?.open === false ? <AlreadySetUp /> : null}
    </EntryPage>
  );
}

function AlreadySetUp() {
  return (
    <>
      <p>This server already has an owner. The set-up link works only once.</p>
      <p>
        <Link to="/sign-in" className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>
      </p>
    </>
  );
}

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

function SetupForm({ onDone }: { readonly onDone: () => Promise<void> }) {
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

/** Whether the server has no owner yet. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.getSetup({}, { signal }),
});

const setupMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['setup']>['body']) => api.setup({ body }),
});
