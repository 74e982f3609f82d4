import type { QueryClient } from '@tanstack/react-query';
import { askConfirmation, askSignIn, identityQuery } from '../features/sessions/index.ts';
import { onRefusals } from '../lib/send-again.ts';
import type { DashboardRouter } from './router.tsx';

/** Pages that people without a session, or with half of one, are meant to see. */
const OPEN_PATHS: readonly string[] = [
  ...['/sign-in', '/setup', '/accept-invitation', '/forgot-password', '/reset-password'],
];
const SECOND_FACTOR_PATHS: readonly string[] = ['/second-factor', '/account-security'];

/** Answers refusals that any request may get: the session ended, or lacks a second factor. */
export function watchRefusals(router: DashboardRouter, queryClient: QueryClient): void {
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
