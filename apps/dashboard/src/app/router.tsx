import type { QueryClient } from '@tanstack/react-query';
import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import { Logo } from '../components/page.tsx';
import type { KeySearch } from '../features/api-keys/index.ts';
import { basePath } from '../lib/page-address.ts';
import { entryRoutes } from './entry-routes.tsx';
import { insideRoutes } from './inside-routes.tsx';
import { rootRoute } from './root-route.tsx';

/** Search parameters are plain text here: `?status=active`, not `?status=%22active%22`. */
export function createDashboardRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: rootRoute.addChildren([...entryRoutes, insideRoutes]),
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

function LoadingPage() {
  return (
    <main className="flex min-h-dvh items-center justify-center" aria-busy="true">
      <h1 className="sr-only">Tollkeeper</h1>
      <span role="status" className="animate-breathe">
        <Logo size={36} />
        <span className="sr-only">Loading</span>
      </span>
    </main>
  );
}
