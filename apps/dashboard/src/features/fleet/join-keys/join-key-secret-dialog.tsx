import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Gateway, JoinKey, JoinKeyWithSecret } from '@tollkeeper/contract';
import { useEffect, useState } from 'react';
import { CopyRow } from '../../../components/copy-button.tsx';
import { ShownOnceDialog } from '../../../components/forms/shown-once-dialog.tsx';
import { Notice } from '../../../components/notice.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { counted, exactTime } from '../../../lib/format.ts';
import { serverUrl } from '../../../lib/page-address.ts';
import { useSecond } from '../../../lib/server-clock.ts';
import { securityQuery } from '../../security/index.ts';
import { useCan } from '../../sessions/index.ts';
import { GatewayStateWord } from '../gateways/gateway-figures.tsx';
import { gatewaysQuery, refreshFleet } from '../queries.ts';
import { isLoopback, joinLine } from './join-key.ts';

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
      isSaved={copied || joined.length > 0}
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

interface JoinProgressProps {
  readonly joinKey: JoinKey;
  /** First come first. */
  readonly joined: readonly Gateway[];
}

/** "Waiting for the gateway…", until it comes. */
function JoinProgress({ joinKey, joined }: JoinProgressProps) {
  const queryClient = useQueryClient();
  const count = joined.length;
  // The uses of the join key, in the panel behind.
  useEffect(() => {
    if (count > 0) void refreshFleet(queryClient);
  }, [queryClient, count]);
  return (
    <div
      role="status"
      className="flex max-h-40 flex-col gap-1.5 overflow-y-auto rounded-lg border border-line px-4 py-3"
    >
      {joined.map(({ id, name, state }) => (
        <p key={id} className="flex flex-wrap items-center justify-between gap-x-4">
          <span className="min-w-0 [overflow-wrap:anywhere]">
            Gateway <strong className="font-medium">{name}</strong> joined
          </span>
          <GatewayStateWord state={state} />
        </p>
      ))}
      <Waiting joinKey={joinKey} leftCount={joinKey.usesMax - count} />
    </div>
  );
}

interface WaitingProps {
  readonly joinKey: JoinKey;
  readonly leftCount: number;
}

function Waiting({ joinKey: { usesMax, expiresAt }, leftCount }: WaitingProps) {
  const now = useSecond();
  if (leftCount <= 0) return null;
  if (Date.parse(expiresAt) <= now) {
    return <StatusWord tone="warn">The join key has expired. Create another one.</StatusWord>;
  }
  return (
    <StatusWord tone="off" pending>
      {usesMax === 1
        ? 'Waiting for the gateway…'
        : `Waiting for ${leftCount === usesMax ? '' : 'another '}${counted(leftCount, 'gateway')}…`}
    </StatusWord>
  );
}
