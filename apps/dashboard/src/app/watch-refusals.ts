import type { QueryClient } from '@tanstack/react-query';
import { onSecondFactorAsked, onSignedOut } from '../lib/api.ts';
import type { DashboardRouter } from './router.tsx';

/** Pages that people without a session, or with half of one, are meant to see. */
const OPEN_PATHS: readonly string[] = ['/sign-in', '/setup', '/accept-invitation'];
const SECOND_FACTOR_PATHS: readonly string[] = ['/second-factor', '/account-security'];

/** Leads to the sign-in page, and back afterwards, when any request finds the session gone. */
export function watchSignOut(router: DashboardRouter, queryClient: QueryClient): void {
  onSignedOut(() => {
    if (OPEN_PATHS.includes(router.state.location.pathname)) return;
    queryClient.clear();
    void router.navigate({ to: '/sign-in', search: cameFrom(router), replace: true });
  });
}

/** Leads to the set-up of a second factor when the organization takes nothing before. */
export function watchSecondFactor(router: DashboardRouter): void {
  onSecondFactorAsked(() => {
    const { pathname } = router.state.location;
    if ([...OPEN_PATHS, ...SECOND_FACTOR_PATHS].includes(pathname)) return;
    void router.navigate({ to: '/second-factor', search: cameFrom(router), replace: true });
  });
}

function cameFrom(router: DashboardRouter): { from?: string } {
  const { pathname, searchStr } = router.state.location;
  const from = pathname + searchStr;
  return from === '/' ? {} : { from };
}
