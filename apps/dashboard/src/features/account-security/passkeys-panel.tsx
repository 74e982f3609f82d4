import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { passkeysFault } from '../../lib/web-authn.ts';
import { type Passkey, passkeysQuery } from './account-queries.ts';
import { AddPasskeyDialog } from './add-passkey-dialog.tsx';
import { DeletePasskeyDialog } from './delete-passkey-dialog.tsx';
import { PasskeyRow } from './passkey-row.tsx';

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
        {data?.length ? (
          <ul className="divide-y divide-line rounded-lg border border-line">
            {data.map((passkey) => (
              <PasskeyRow
                key={passkey.id}
                passkey={passkey}
                onDelete={() => setDeleting(passkey)}
              />
            ))}
          </ul>
        ) : null}
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
