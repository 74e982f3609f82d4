import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createdQuery } from '../queries.ts';
import { CascadeField, staying, sumOf, toReview } from './cascade-field.tsx';
import { type KeepMembers, RemovedMembersField } from './removed-members-field.tsx';

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
  const review = data === undefined ? '' : toReview(data);
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
        <Note text={review} />
      </>
    ),
  };
}

function Note({ text }: { readonly text: string }) {
  return text === '' ? null : <p className="text-[0.8125rem] text-soft">{text}</p>;
}
