import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { Combobox } from '../../../components/forms/combobox.tsx';
import { api } from '../../../lib/api.ts';
import { useDebounced } from '../../../lib/hooks.ts';

const OFFERED_MAX = 20;
const REST_MS = 200;

function offeredKeysQuery(search: string) {
  const query = { limit: OFFERED_MAX, ...(search === '' ? {} : { search }) };
  return queryOptions({
    queryKey: ['keys', 'offered', query],
    queryFn: ({ signal }) => api.listKeys({ query }, { signal }),
    placeholderData: keepPreviousData,
  });
}

type ChosenKey = Pick<ApiKey, 'id' | 'name' | 'workspaceId'>;

interface CallingKeyFieldProps {
  readonly chosen: ChosenKey | undefined;
  readonly error: string | undefined;
  readonly onKey: (key: ChosenKey | undefined) => void;
}

/** One of the keys that the member sees, found by name or prefix. */
export function CallingKeyField({ chosen, error, onKey }: CallingKeyFieldProps) {
  const [text, setText] = useState(chosen?.name ?? '');
  // The field then shows what is chosen, and the list offers all again.
  const search = useDebounced(chosen ? '' : text.trim().slice(0, 64), REST_MS);
  const { data, error: unread } = useQuery(offeredKeysQuery(search));
  return (
    <Combobox
      label="Key"
      hint="Search by name or visible prefix."
      placeholder="Choose a key"
      error={error}
      text={text}
      options={unread ? [] : data?.data.map(optionOf)}
      noneWords={unread ? 'The keys cannot be read.' : 'No key matches.'}
      onText={(next) => {
        setText(next);
        onKey(undefined);
      }}
      onChoose={({ key }) => {
        setText(key.name);
        onKey(key);
      }}
    />
  );
}

function optionOf(key: ApiKey) {
  const { id, name, prefix, createdBy } = key;
  return { value: id, label: name, detail: `${prefix}…, ${createdBy.name}`, key };
}
