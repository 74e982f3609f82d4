/** The dashboard's entry: themes, the token of a link, then React. */
import './configure-zod.ts';
import './app.css';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createRouter,
  parseSearchWith,
  RouterProvider,
  stringifySearchWith,
} from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from 'sonner';
import { Logo } from '../components/page.tsx';
import { TooltipProvider } from '../components/popover.tsx';
import type { KeySearch } from '../features/api-keys/index.ts';
import type { AuditSearch } from '../features/audit-events/index.ts';
import { askConfirmation, askSignIn, identityQuery } from '../features/sessions/index.ts';
import { onRefusals } from '../lib/api.ts';
import { basePath, takeFragmentToken } from '../lib/page-address.ts';
import { watchPresses } from '../lib/press.ts';
import { createQueryClient } from '../lib/query-client.ts';
import { useAppliedTheme } from '../lib/theme.ts';
import { reportPrintRoute } from './compliance-routes.tsx';
import { entryRoutes } from './entry-routes.tsx';
import { insideRoutes } from './inside-routes.tsx';
import { rootRoute } from './root-route.tsx';

takeFragmentToken();
watchPresses();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element "root"');

const queryClient = createQueryClient();
const router = createDashboardRouter(queryClient);
watchRefusals(router, queryClient);

createRoot(root).render(
  <StrictMode>
    <Providers router={router} queryClient={queryClient} />
  </StrictMode>,
);

interface ProvidersProps {
  readonly router: DashboardRouter;
  readonly queryClient: QueryClient;
}

function Providers({ router, queryClient }: ProvidersProps) {
  const theme = useAppliedTheme();
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={250}>
        <RouterProvider router={router} />
        <Toaster
          theme={theme}
          position="bottom-right"
          duration={6000}
          closeButton
          toastOptions={{
            style: {
              background: 'var(--surface)',
              color: 'var(--ink)',
              borderColor: 'var(--line)',
              boxShadow: 'var(--shadow)',
            },
            actionButtonStyle: { background: 'var(--accent)', color: 'var(--on-accent)' },
          }}
        />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

/** Pages that people without a session, or with half of one, are meant to see. */
const OPEN_PATHS: readonly string[] = [
  ...['/sign-in', '/setup', '/accept-invitation', '/forgot-password', '/reset-password'],
];
const SECOND_FACTOR_PATHS: readonly string[] = ['/second-factor', '/account-security'];

/** Answers refusals that any request may get: the session ended, or lacks a second factor. */
function watchRefusals(router: DashboardRouter, queryClient: QueryClient): void {
  onRefusals({
    // Without an identity no page is shown yet: its route leads to the sign-in page.
    onSignedOut: async () =>
      !OPEN_PATHS.includes(router.state.location.pathname) &&
      queryClient.getQueryData(identityQuery.queryKey) !== undefined &&
      askSignIn(),
    onRecentSignInAsked: askConfirmation,
    onSecondFactorAsked: () => {
      const { pathname, searchStr } = router.state.location;
      if ([...OPEN_PATHS, ...SECOND_FACTOR_PATHS].includes(pathname)) return;
      const from = pathname + searchStr;
      void router.navigate({
        to: '/second-factor',
        search: from === '/' ? {} : { from },
        replace: true,
        ignoreBlocker: true,
      });
    },
  });
}

/** Search parameters are plain text here: `?status=active`, not `?status=%22active%22`. */
function createDashboardRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: rootRoute.addChildren([...entryRoutes, insideRoutes, reportPrintRoute]),
    basepath: basePath || '/',
    context: { queryClient },
    defaultPreload: false,
    defaultPendingComponent: LoadingPage,
    scrollRestoration: true,
    parseSearch: parseSearchWith((text) => text),
    stringifySearch: stringifySearchWith(String),
  });
}

type DashboardRouter = ReturnType<typeof createDashboardRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: DashboardRouter;
  }
  interface HistoryState {
    /** The cursors of the pages before this one, for "Previous". */
    trail?: readonly string[];
    /** The list from which a key's page was opened. */
    listSearch?: KeySearch;
    /** The list from which an audit event's page was opened. */
    auditSearch?: AuditSearch;
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
