import { mutationOptions, queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { type FormEvent, useState } from 'react';
import { z } from 'zod';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { ErrorNotice, LoadError, Notice } from '../../components/notice.tsx';
import { EntryPage, Skeleton, usePageTitle } from '../../components/page.tsx';
import { Fact, Facts } from '../../components/panel.tsx';
import { changeSession, readSession } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useIdentity } from '../sessions/index.ts';

/** Where `tollkeeper login` leads. @param userCode of the address, if it holds one */
export function DevicePage({ userCode }: { readonly userCode: string | undefined }) {
  usePageTitle('Device login');
  const [typed, setTyped] = useState<string>();
  const code = userCode ?? typed;
  return (
    <EntryPage title="Sign in a device" lead="that runs the Tollkeeper command line">
      {code ? <ApproveForm key={code} userCode={code} /> : <CodeForm onCode={setTyped} />}
    </EntryPage>
  );
}

function CodeForm({ onCode }: { readonly onCode: (code: string) => void }) {
  const [text, setText] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) onCode(text.trim());
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <LineField
        label="Code"
        hint="The command line shows it."
        required
        spellCheck={false}
        className="font-mono uppercase tracking-widest"
        error={undefined}
        value={text}
        onValue={setText}
      />
      <Button type="submit" look="primary">
        Continue
      </Button>
    </form>
  );
}

/** The login that the code names: what has become of it, or the question. */
function ApproveForm({ userCode }: { readonly userCode: string }) {
  const { data, error, refetch } = useQuery(deviceQuery(userCode));
  if (error instanceof ApiError && error.code === 'validation_failed') return <UnknownCode />;
  if (error) return <LoadError what="the login" error={error} onRetry={refetch} />;
  switch (data?.status) {
    case undefined:
      return <Skeleton className="h-48 w-full" />;
    case 'pending':
      return <DeviceDecision userCode={userCode} />;
    case 'approved':
      return (
        <Notice tone="info" title="The device is signed in" urgent>
          It continues by itself. You can close this page.
        </Notice>
      );
    default:
      return (
        <Notice tone="warn" title="The login was denied" urgent>
          The device was not signed in. If it was yours, start again there.
        </Notice>
      );
  }
}

function UnknownCode() {
  return (
    <Notice tone="bad" title="Unknown code" urgent>
      It may be mistyped, older than ten minutes, or meant for someone else. Start again on the
      device.
    </Notice>
  );
}

/** Anyone who holds the device will act as this person: the page says who that is, and asks. */
function DeviceDecision({ userCode }: { readonly userCode: string }) {
  const { member, organizations } = useIdentity();
  const { mutateAsync: decide } = useMutation(decideDeviceMutation);
  const approve = useSubmit([], async () => {
    await decide({ userCode, status: 'approved' });
  });
  const deny = useSubmit([], async () => {
    await decide({ userCode, status: 'denied' });
  });
  return (
    <form onSubmit={approve.submit} className="flex flex-col gap-4">
      <ErrorNotice messages={[...approve.errors.form, ...deny.errors.form]} />
      <p>Is this the code that your device shows?</p>
      <p className="select-all rounded-lg bg-sunken py-3 text-center font-mono text-2xl tracking-widest">
        <span className="sr-only">Code </span>
        {grouped(userCode)}
      </p>
      <div className="-mx-5 border-line border-y sm:-mx-6 sm:px-1">
        <Facts>
          <Fact term="It acts as">
            {member.name}
            <span className="block text-soft">{member.email}</span>
          </Fact>
          <Fact term="In">{organizations.map(({ name }) => name).join(', ')}</Fact>
        </Facts>
      </div>
      <Notice tone="warn">
        Approve only a login that you started yourself just now. Support never asks you to do this.
      </Notice>
      <div className="flex justify-end gap-2">
        <Button pending={deny.pending} onClick={deny.submit}>
          Deny
        </Button>
        <Button type="submit" look="primary" pending={approve.pending}>
          Approve
        </Button>
      </div>
    </form>
  );
}

/** "ABCD-EFGH", as the command line prints it. */
function grouped(userCode: string): string {
  const plain = userCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : userCode;
}

// By Better Auth's endpoints, which no contract declares: answers are parsed here.
const device = z.looseObject({ user_code: z.string(), status: z.string() });

/** Reading it also ties the login to the session that reads it first. */
function deviceQuery(userCode: string) {
  return queryOptions({
    queryKey: ['device', userCode],
    queryFn: async () => device.parse(await readSession('device', { user_code: userCode })),
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  });
}

interface Decision {
  readonly userCode: string;
  readonly status: 'approved' | 'denied';
}

const decideDeviceMutation = mutationOptions({
  mutationFn: ({ userCode, status }: Decision) =>
    changeSession(status === 'approved' ? 'device/approve' : 'device/deny', { userCode }),
  onSuccess: (_answer, { userCode, status }, _result, { client }) => {
    client.setQueryData(deviceQuery(userCode).queryKey, { user_code: userCode, status });
  },
});
