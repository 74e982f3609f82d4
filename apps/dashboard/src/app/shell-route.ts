import { createRoute } from '@tanstack/react-router';
import { requireIdentity } from './require-identity.ts';
import { ErrorPage, rootRoute } from './root-route.tsx';
import { Shell } from './shell.tsx';

/** Around every page for members who are signed in. */
export const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: Shell,
  errorComponent: ErrorPage,
});
