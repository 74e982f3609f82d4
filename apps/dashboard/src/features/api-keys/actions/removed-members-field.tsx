import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { CheckRow } from '../../../components/forms/choices.tsx';
import { counted } from '../../../lib/format.ts';

type Created = RouteOutput<Routes['getCreated']>;

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
export function RemovedMembersField({
  members,
  membersCount,
  keep,
  onKeep,
}: RemovedMembersFieldProps) {
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
