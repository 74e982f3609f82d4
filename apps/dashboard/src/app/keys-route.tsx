import { getRouteApi, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { KeysPage } from '../features/api-keys/index.ts';
import { chooseWorkspace } from '../features/workspaces/index.ts';

const route = getRouteApi('/inside/api-keys');

/** Binds the list to the address: filters and sort in the search, the pages before in the history. */
export function KeysRoute() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // The address rules here: going back, or clearing the filters, changes the choice as well.
  useEffect(() => chooseWorkspace(search.workspace), [search.workspace]);
  const trail = useRouterState({ select: ({ location }) => location.state.trail }) ?? [];
  return (
    <KeysPage
      search={search}
      trail={trail}
      onSearch={(next, nextTrail = []) =>
        navigate({
          search: next,
          state: (before) => ({ ...before, trail: nextTrail }),
          // Typing replaces; a page or a filter is a step that "back" can undo.
          replace: next.search !== search.search,
          resetScroll: false,
        })
      }
    />
  );
}
