import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint, Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog, FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField, tooLong } from '../../components/forms/line-field.tsx';
import { ErrorNotice, LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useRowFocus } from '../../lib/hooks.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { explainPasskeyError, passkeysFault } from '../../lib/web-authn.ts';
import {
  addPasskeyMutation,
  deletePasskeyMutation,
  type Passkey,
  passkeysQuery,
} from './queries.ts';

/** Sign-in by fingerprint, face or security key, in place of password and code. */
export function PasskeysPanel() {
  const { data, error, refetch } = useQuery(passkeysQuery);
  const faultId = useId();
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<Passkey>();
  const fault = passkeysFault();
  return (
    <Panel title="Passkeys">
      <div className="flex flex-col gap-4 px-5 pt-1 pb-5">
        <p className="max-w-prose text-soft">
          Sign in with a fingerprint, a face or a security key, without a password. A passkey works
          only on this server’s address, so it cannot be phished.
        </p>
        {error ? <LoadError what="your passkeys" error={error} onRetry={refetch} /> : null}
        {!data && !error ? <Skeleton className="h-10 w-full" /> : null}
        {data?.length ? <PasskeyList passkeys={data} onDelete={setDeleting} /> : null}
        <Button className="self-start" blockedBy={fault && faultId} onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden />
          Add passkey
        </Button>
        {fault ? (
          <p id={faultId} className="max-w-prose text-soft [overflow-wrap:anywhere]">
            {fault}
          </p>
        ) : null}
      </div>
      {adding ? <AddPasskeyDialog onClose={() => setAdding(false)} /> : null}
      {deleting ? (
        <DeletePasskeyDialog passkey={deleting} onClose={() => setDeleting(undefined)} />
      ) : null}
    </Panel>
  );
}

interface PasskeyListProps {
  readonly passkeys: readonly Passkey[];
  readonly onDelete: (passkey: Passkey) => void;
}

function PasskeyList({ passkeys, onDelete }: PasskeyListProps) {
  const list = useRowFocus<HTMLUListElement>();
  return (
    <ul ref={list} className="divide-y divide-line rounded-lg border border-line">
      {passkeys.map((passkey) => (
        <PasskeyRow key={passkey.id} passkey={passkey} onDelete={() => onDelete(passkey)} />
      ))}
    </ul>
  );
}

interface PasskeyRowProps {
  readonly passkey: Passkey;
  readonly onDelete: () => void;
}

function PasskeyRow({ passkey, onDelete }: PasskeyRowProps) {
  const name = passkeyName(passkey);
  return (
    <li className="flex items-center gap-3 px-3.5 py-2.5">
      <Fingerprint size={18} aria-hidden className="shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        {passkey.createdAt ? (
          <p className="text-[0.8125rem] text-soft">
            added <TimeAgo at={passkey.createdAt} />
          </p>
        ) : null}
      </div>
      <Button look="quiet" size="icon" aria-label={`Delete ${name}`} onClick={onDelete}>
        <Trash2 size={15} aria-hidden />
      </Button>
    </li>
  );
}

function AddPasskeyDialog({ onClose }: { readonly onClose: () => void }) {
  const add = useMutation(addPasskeyMutation);
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<string>();
  const form = useSubmit([], async () => {
    setRefused(undefined);
    try {
      await add.mutateAsync(name.trim());
    } catch (error) {
      const explained = explainPasskeyError(error);
      if (explained === undefined) throw error;
      return setRefused(explained);
    }
    toast.success(`Added ${name.trim()}`);
    onClose();
  });
  return (
    <FormDialog
      title="Add a passkey"
      description="Your browser then asks for your fingerprint, face, PIN or security key."
      closesOutside={false}
      submitLabel="Continue"
      blocked={name.trim() === '' ? 'Enter a name.' : tooLong(name, 64)}
      filled={name !== ''}
      form={form}
      onClose={onClose}
    >
      <ErrorNotice messages={refused ? [refused] : []} />
      <LineField
        label="Name"
        hint="Such as the device or the password manager that stores it."
        lengthMax={64}
        placeholder="Work laptop"
        error={undefined}
        value={name}
        onValue={setName}
      />
    </FormDialog>
  );
}

interface DeletePasskeyDialogProps {
  readonly passkey: Passkey;
  readonly onClose: () => void;
}

function DeletePasskeyDialog({ passkey, onClose }: DeletePasskeyDialogProps) {
  const remove = useMutation(deletePasskeyMutation);
  const name = passkeyName(passkey);
  return (
    <ConfirmDialog
      danger
      title={`Delete ${name}?`}
      description="You can no longer sign in with it. Your device may still offer it until you delete it there, too."
      confirmLabel="Delete passkey"
      onConfirm={() => remove.mutateAsync(passkey.id)}
      done={`Deleted ${name}`}
      onClose={onClose}
    />
  );
}

function passkeyName({ name }: Pick<Passkey, 'name'>): string {
  return name?.trim() || 'Passkey without a name';
}
