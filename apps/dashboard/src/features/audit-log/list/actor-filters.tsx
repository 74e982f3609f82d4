import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { type ApiKey, AUDIT_ACTOR_ID } from '@tollkeeper/contract';
import { useState } from 'react';
import { Combobox } from '../../../components/forms/combobox.tsx';
import { Select } from '../../../components/forms/controls.tsx';
import { api } from '../../../lib/api.ts';
import { useDebounced } from '../../../lib/hooks.ts';
import { type AuditSearch, refineAuditSearch } from '../../audit-events/index.ts';
import { membersQuery } from '../../members/index.ts';
import { useCan, useIdentity } from '../../sessions/index.ts';

export interface EventFilterProps {
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
}

/** Whose events: a member's, their keys' included; or a key's, which comes from below or by a link. */
export function ActorSelect({ search, onSearch }: EventFilterProps) {
  const self = useIdentity().member;
  const { data: members = [self] } = useQuery({ ...membersQuery, enabled: useCan('members.read') });
  const { actor = '' } = search;
  const isListed = actor === '' || members.some(({ id }) => id === actor);
  const other = useActorName(isListed ? '' : actor);
  return (
    <Select
      aria-label="Actor"
      className="sm:w-40"
      value={actor}
      options={[
        { value: '', label: 'Any actor' },
        ...(isListed ? [] : [{ value: actor, label: other }]),
        ...members.map(({ id, name }) => ({
          value: id,
          label: id === self.id ? `${name} (you)` : name,
        })),
      ]}
      onChange={(event) => onSearch(refineAuditSearch(search, { actor: event.target.value }))}
    />
  );
}

const OFFERED_MAX = 20;
const REST_MS = 200;

/** One of the keys that the member sees, found by name or prefix; a deleted one by its id. */
export function KeyFilter({ search, onSearch }: EventFilterProps) {
  const chosen = search.actor && !search.actor.startsWith('mem_') ? search.actor : '';
  const name = useActorName(chosen);
  const [typed, setTyped] = useState<string>();
  const text = useDebounced((typed ?? '').trim().slice(0, 64), REST_MS);
  const { data, error } = useQuery(offeredKeysQuery(text));
  const choose = (actor: string) => onSearch(refineAuditSearch(search, { actor }));
  return (
    <Combobox
      label="Done with API key"
      error={undefined}
      placeholder="Name, prefix or ID"
      text={typed ?? name}
      options={error ? [] : data?.data.map(optionOf)}
      noneWords={error ? 'The keys cannot be read.' : 'No key matches.'}
      onText={(next) => {
        const id = next.trim();
        const isId = AUDIT_ACTOR_ID.test(id);
        setTyped(isId ? undefined : next);
        if (isId) choose(id);
        else if (chosen) choose('');
      }}
      onChoose={({ value }) => {
        setTyped(undefined);
        choose(value);
      }}
    />
  );
}

function optionOf({ id, name, prefix, createdBy }: ApiKey) {
  return { value: id, label: name, detail: `${prefix}…, ${createdBy.name}` };
}

function offeredKeysQuery(search: string) {
  const query = { limit: OFFERED_MAX, ...(search === '' ? {} : { search }) };
  return queryOptions({
    queryKey: ['keys', 'offered', query],
    queryFn: ({ signal }) => api.listKeys({ query }, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** The name that an actor's events have; its id until one is read, and where it did nothing. */
function useActorName(id: string): string {
  const { data } = useQuery({
    queryKey: ['audit', 'actor-name', id],
    queryFn: ({ signal }) => api.listAuditEvents({ query: { actorId: id, limit: 1 } }, { signal }),
    enabled: id !== '',
    staleTime: 60_000,
  });
  return data?.data[0]?.actorName ?? id;
}
