import { useQuery } from '@tanstack/react-query';
import { KEY_STATES } from '@tollkeeper/contract';
import { Select } from '../../../components/forms/controls.tsx';
import { SearchBox } from '../../../components/search-box.tsx';
import { membersQuery } from '../../members/index.ts';
import { useCan, useIdentity } from '../../sessions/index.ts';
import { useWorkspaces } from '../../workspaces/index.ts';
import { KEY_STATE_LOOKS } from '../key-status-word.tsx';
import { currentSort, type KeySearch, refineSearch, SORT_CHOICES } from './key-search.ts';

interface KeyToolbarProps {
  readonly search: KeySearch;
  readonly onSearch: (search: KeySearch) => void;
}

const STATES = [
  { value: '', label: 'Any status' },
  ...KEY_STATES.map((state) => ({ value: state, label: KEY_STATE_LOOKS[state].word })),
];

export function KeyToolbar({ search, onSearch }: KeyToolbarProps) {
  const owners = useOwners();
  const { data: workspaces = [] } = useWorkspaces();
  const { sort, order } = currentSort(search);
  const refine = (change: Parameters<typeof refineSearch>[1]) =>
    onSearch(refineSearch(search, change));
  return (
    <search className="mb-3 grid grid-cols-2 items-start gap-2 sm:flex sm:flex-wrap">
      <SearchBox
        label="Search keys"
        placeholder="Search name, prefix or tag"
        text={search.search ?? ''}
        onSettled={(text) => refine({ search: text })}
      />
      <Select
        aria-label="Status"
        value={search.state ?? ''}
        options={STATES}
        onChange={(event) => refine({ state: event.target.value })}
      />
      {owners.length > 1 ? (
        <Select
          aria-label="Owner"
          className="sm:w-36"
          value={search.owner ?? ''}
          options={[{ value: '', label: 'Any owner' }, ...owners]}
          onChange={(event) => refine({ owner: event.target.value })}
        />
      ) : null}
      {workspaces.length > 1 ? (
        <Select
          aria-label="Workspace"
          className="sm:w-40"
          value={search.workspace ?? ''}
          options={[
            { value: '', label: 'Any workspace' },
            ...workspaces.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => refine({ workspace: event.target.value })}
        />
      ) : null}
      <Select
        aria-label="Sort"
        className="sm:ml-auto"
        value={`${sort}.${order}`}
        options={SORT_CHOICES}
        onChange={(event) => {
          const [nextSort = '', nextOrder = ''] = event.target.value.split('.');
          refine({ sort: nextSort, order: nextOrder });
        }}
      />
    </search>
  );
}

/** Members, for those who see keys of others. */
function useOwners() {
  const seesAll = useCan('api_keys.manage_all');
  const seesMembers = useCan('members.read');
  const self = useIdentity().member.id;
  const { data = [] } = useQuery({ ...membersQuery, enabled: seesAll && seesMembers });
  if (!seesAll) return [];
  return data.map(({ id, name }) => ({ value: id, label: id === self ? `${name} (you)` : name }));
}
