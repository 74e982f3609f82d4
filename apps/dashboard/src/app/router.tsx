import type { QueryClient } from '@tanstack/react-query';
import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import type { KeySearch } from '../features/api-keys/index.ts';
import { basePath } from '../lib/base-path.ts';
import { LoadingPage } from './loading-page.tsx';
import { routeTree } from './routes.tsx';

/** Search parameters are plain text here: `?status=active`, not `?status=%22active%22`. */
export function createDashboardRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: basePath || '/',
    context: { queryClient },
    defaultPreload: false,
    defaultPendingComponent: LoadingPage,
    scrollRestoration: true,
    parseSearch: parseSearchWith((text) => text),
    stringifySearch: stringifySearchWith(String),
  });
}

export type DashboardRouter = ReturnType<typeof createDashboardRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: DashboardRouter;
  }
  interface HistoryState {
    /** The cursors of the pages before this one, for "Previous". */
    trail?: readonly string[];
    /** The list from which a key's page was opened. */
    listSearch?: KeySearch;
  }
}
