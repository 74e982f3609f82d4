import { getRouteApi, useRouterState } from '@tanstack/react-router';
import { KeysPage } from '../features/api-keys/index.ts';

const route = getRouteApi('/inside/api-keys');

/** Binds the list to the address: filters and sort in the search, the pages before in the history. */
export function KeysRoute() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
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
          resetScroll: next.cursor !== search.cursor,
        })
      }
    />
  );
}
