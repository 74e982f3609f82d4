import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { useState } from 'react';
import { CheckRow } from '../../../components/forms/choices.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { counted } from '../../../lib/format.ts';
import { createdQuery } from '../queries.ts';
import { LeftToReview } from './left-to-review.tsx';

/**
 * Whether to also revoke what the keys created or rotated, and which members to keep, as fields where
 * there is anything of it.
 * @param usual what applies until the person decides otherwise
 */
export function useCascade(ids: readonly string[], usual: boolean) {
  const [keepMembers, setKeepMembers] = useState<KeepMembers>([]);
  const { data, error, isPending } = useQuery(createdQuery(ids, []));
  const kept = useQuery({ ...createdQuery(ids, keepMembers), placeholderData: keepPreviousData });
  const [chosen, setChosen] = useState<boolean>();
  const isNothing = data !== undefined && sumOf(data) === '';
  const stay = data === undefined ? '' : staying(data).trim();
  const cascade = (chosen ?? usual) && !isNothing;
  return {
    cascade,
    keepMembers: cascade ? keepMembers : [],
    /** Not before it is known whether there is anything to decide. */
    blocked: isPending
      ? `Checking what the ${ids.length === 1 ? 'key' : 'keys'} created or rotated…`
      : undefined,
    field: isPending ? null : (
      <>
        {isNothing ? (
          <Note text={stay} />
        ) : (
          <CascadeField
            keysCount={ids.length}
            created={kept.data ?? data}
            error={error}
            checked={cascade}
            onCheck={setChosen}
          />
        )}
        {cascade && data && data.membersCount > 0 ? (
          <RemovedMembersField
            members={data.members}
            membersCount={data.membersCount}
            keep={keepMembers}
            onKeep={setKeepMembers}
          />
        ) : null}
        {data ? <LeftToReview ids={ids} created={data} /> : null}
      </>
    ),
  };
}

function Note({ text }: { readonly text: string }) {
  return text === '' ? null : <p className="text-[0.8125rem] text-soft">{text}</p>;
}

type Created = RouteOutput<Routes['getCreated']>;

interface CascadeFieldProps {
  /** Of the keys that are about to end. */
  readonly keysCount: number;
  /** Undefined where the server did not say. */
  readonly created: Created | undefined;
  /** Why it did not. */
  readonly error: Error | null;
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
}

/** Whether to also revoke what the keys created or rotated: a thief may have used them for that. */
function CascadeField({ keysCount, created, error, checked, onCheck }: CascadeFieldProps) {
  const label = `And everything ${keysCount === 1 ? 'it' : 'they'} created or rotated`;
  return (
    <CheckRow
      label={created ? `${label} (${sumOf(created)})` : label}
      hint={`The keys are revoked, together with those that they created or rotated in turn. The webhook endpoints, log streams, chat destinations, join keys, invitations and gateways of all of them are deleted.${created ? staying(created) : ''}`}
      error={error ? explainError(error) : undefined}
      checked={checked}
      onCheck={onCheck}
    />
  );
}

/** Who and what came in through the keys and stays, as the person keeps them or may not remove them. */
function staying({ membersLeftCount, membersLeft, ...created }: Created): string {
  const { gatewaysLeftCount, webhookEndpointsLeftCount, logStreamsLeftCount } = created;
  const names = membersLeft.map(({ name }) => name).join(', ');
  const stay = [
    ...(membersLeftCount > 0
      ? [`${counted(membersLeftCount, 'member')}${names === '' ? '' : ` (${names})`}`]
      : []),
    ...(gatewaysLeftCount > 0 ? [counted(gatewaysLeftCount, 'gateway')] : []),
    ...(webhookEndpointsLeftCount > 0
      ? [counted(webhookEndpointsLeftCount, 'webhook endpoint')]
      : []),
    ...(logStreamsLeftCount > 0 ? [counted(logStreamsLeftCount, 'log stream')] : []),
    ...(created.chatDestinationsLeftCount > 0
      ? [counted(created.chatDestinationsLeftCount, 'chat destination')]
      : []),
  ].join(' and ');
  return stay === '' ? '' : ` These stay, since you keep them or may not remove them: ${stay}.`;
}

/** "2 keys, 1 join key"; nothing where there are none. */
function sumOf({ isComplete, ...counts }: Created): string {
  const { keysCount, joinKeysCount, invitationsCount, gatewaysCount, membersCount } = counts;
  const { webhookEndpointsCount, logStreamsCount, reviewCampaignsCount } = counts;
  const { chatDestinationsCount } = counts;
  const sum = [
    ...(keysCount > 0 ? [counted(keysCount, 'key')] : []),
    ...(webhookEndpointsCount > 0 ? [counted(webhookEndpointsCount, 'webhook endpoint')] : []),
    ...(logStreamsCount > 0 ? [counted(logStreamsCount, 'log stream')] : []),
    ...(chatDestinationsCount > 0 ? [counted(chatDestinationsCount, 'chat destination')] : []),
    ...(reviewCampaignsCount > 0 ? [counted(reviewCampaignsCount, 'running review campaign')] : []),
    ...(joinKeysCount > 0 ? [counted(joinKeysCount, 'join key')] : []),
    ...(invitationsCount > 0 ? [counted(invitationsCount, 'invitation')] : []),
    ...(gatewaysCount > 0 ? [counted(gatewaysCount, 'gateway')] : []),
    ...(membersCount > 0 ? [counted(membersCount, 'member')] : []),
  ].join(', ');
  if (isComplete) return sum;
  return sum === '' ? 'too much to count' : `at least ${sum}`;
}

/** Members whom a cascade keeps, or all of them. */
export type KeepMembers = 'all' | readonly string[];

interface RemovedMembersFieldProps {
  /** All whom the cascade removes unless the person keeps them. */
  readonly members: Created['members'];
  readonly membersCount: number;
  readonly keep: KeepMembers;
  readonly onKeep: (keep: KeepMembers) => void;
}

/** Whom to remove, by name: a colleague may have been invited by the key long before it was stolen. */
function RemovedMembersField({ members, membersCount, keep, onKeep }: RemovedMembersFieldProps) {
  const kept = keep === 'all' ? [] : keep;
  const toggle = (id: string, removes: boolean) =>
    onKeep(removes ? kept.filter((each) => each !== id) : [...kept, id]);
  return (
    <div className="ml-7 flex flex-col gap-3">
      <CheckRow
        label={`Remove ${counted(membersCount, 'member')} who joined by an invitation`}
        hint="Their keys are revoked, and everything that they created goes as well. Uncheck a colleague who is to stay."
        checked={keep !== 'all'}
        onCheck={(removes) => onKeep(removes ? [] : 'all')}
      />
      {keep === 'all' || members.length === 0 ? null : (
        <ul className="ml-7 flex max-h-40 flex-col gap-1 overflow-y-auto">
          {members.map(({ id, name, email }) => (
            <li key={id}>
              <label className="flex gap-2">
                <input
                  type="checkbox"
                  checked={!kept.includes(id)}
                  onChange={(event) => toggle(id, event.target.checked)}
                />
                <span className="min-w-0 break-words">
                  {name} <span className="text-soft">{email}</span>
                </span>
              </label>
            </li>
          ))}
          {membersCount > members.length ? (
            <li className="text-soft">
              and {counted(membersCount - members.length, 'more member')}
            </li>
          ) : null}
        </ul>
      )}
    </div>
  );
}
