import { useQuery } from '@tanstack/react-query';
import type { JoinKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { CopyRow } from '../../../components/copy-row.tsx';
import { Notice } from '../../../components/notice.tsx';
import { ShownOnceDialog } from '../../../components/shown-once-dialog.tsx';
import { serverUrl } from '../../../lib/base-path.ts';
import { exactTime } from '../../../lib/exact-time.ts';
import { counted } from '../../../lib/format-count.ts';
import { securityQuery } from '../../security/index.ts';
import { useCan } from '../../sessions/index.ts';
import { gatewaysQuery } from '../fleet-queries.ts';
import { isLoopback, joinLine } from './join-line.ts';
import { JoinProgress } from './join-progress.tsx';

interface JoinKeySecretDialogProps {
  readonly joinKey: JoinKeyWithSecret;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** A new join key: the line to run with it, and who has come. */
export function JoinKeySecretDialog({ joinKey, ...leaving }: JoinKeySecretDialogProps) {
  const { name, secret, usesMax, expiresAt, workspaceId } = joinKey;
  const [copied, setCopied] = useState(false);
  const { data = [] } = useQuery(gatewaysQuery(workspaceId));
  const joined = data
    .filter(({ joinKeyId }) => joinKeyId === joinKey.id)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const take = () => setCopied(true);
  return (
    <ShownOnceDialog
      {...leaving}
      title={`Join key: ${name}`}
      what={secret === undefined ? undefined : 'join key'}
      taken={copied || joined.length > 0}
      loss="You would have to create another one."
    >
      {secret ? (
        <>
          <Notice tone="warn" title="Copy it now: it will not be shown again.">
            Anyone who has it can add {counted(usesMax, 'gateway')} until {exactTime(expiresAt)}.
          </Notice>
          <CopyRow
            label="Run on the gateway's machine"
            copyLabel="Copy command"
            text={joinLine(secret, serverUrl())}
            primary
            onCopied={take}
          />
          <LineHint />
          <CopyRow label="Join key alone" copyLabel="Copy join key" text={secret} onCopied={take} />
          <JoinProgress joinKey={joinKey} joined={joined} />
        </>
      ) : (
        <Notice tone="warn" title="The join key is shown only once">
          It exists, but the answer that held it did not arrive. Delete it and create another.
        </Notice>
      )}
    </ShownOnceDialog>
  );
}

function LineHint() {
  const mayRead = useCan('security.read');
  const { data: rules } = useQuery({ ...securityQuery, enabled: mayRead });
  return (
    <p className="-mt-3 text-[0.8125rem] text-soft">
      Run it in a clone of Tollkeeper, after <code className="font-mono">npm ci</code>: elsewhere,
      npx would download someone else's package. Replace{' '}
      <code className="font-mono">http://127.0.0.1:3000</code> with the address of your API.
      {isLoopback(location.origin)
        ? ' The address of this control plane works on this machine only: on another one, replace that as well.'
        : null}
      {rules?.allowedIps.length
        ? ` Your organization lets gateways join only from ${rules.allowedIps.join(', ')}.`
        : null}
    </p>
  );
}
