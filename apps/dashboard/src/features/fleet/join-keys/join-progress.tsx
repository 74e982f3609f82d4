import { useQueryClient } from '@tanstack/react-query';
import type { Gateway, JoinKey } from '@tollkeeper/contract';
import { useEffect } from 'react';
import { StatusWord } from '../../../components/status-word.tsx';
import { counted } from '../../../lib/format-count.ts';
import { useSecond } from '../../../lib/use-now.ts';
import { refreshFleet } from '../fleet-queries.ts';
import { GatewayStateWord } from '../gateways/gateway-state-word.tsx';

interface JoinProgressProps {
  readonly joinKey: JoinKey;
  /** First come first. */
  readonly joined: readonly Gateway[];
}

/** "Waiting for the gateway…", until it comes. */
export function JoinProgress({ joinKey, joined }: JoinProgressProps) {
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
