import type { QueryClient } from '@tanstack/react-query';
import { onSignedOut } from '../lib/api.ts';
import type { DashboardRouter } from './router.tsx';

/** Leads to the sign-in page, and back afterwards, when any request finds the session gone. */
export function watchSignOut(router: DashboardRouter, queryClient: QueryClient): void {
  onSignedOut(() => {
    const { pathname, searchStr } = router.state.location;
    if (pathname === '/sign-in' || pathname === '/setup') return;
    queryClient.clear();
    const from = pathname + searchStr;
    void router.navigate({
      to: '/sign-in',
      search: from === '/' ? {} : { from },
      replace: true,
    });
  });
}
