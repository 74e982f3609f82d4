import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router';
import { parseKeySearch } from '../features/api-keys/index.ts';
import { OrganizationPage } from '../features/organization/index.ts';
import { ErrorPage } from './error-page.tsx';
import { KeyRoute } from './key-route.tsx';
import { KeysRoute } from './keys-route.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { requireIdentity } from './require-identity.ts';
import { SetupRoute } from './setup-route.tsx';
import { Shell } from './shell.tsx';
import { SignInRoute } from './sign-in-route.tsx';

const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  notFoundComponent: NotFoundPage,
  errorComponent: ErrorPage,
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: SetupRoute,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: ({ from }: Record<string, unknown>): { from?: string } =>
    typeof from === 'string' ? { from } : {},
  component: SignInRoute,
});

const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: Shell,
  errorComponent: ErrorPage,
});

const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/api-keys', replace: true });
  },
});

const keysRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/api-keys',
  validateSearch: parseKeySearch,
  component: KeysRoute,
});

const keyRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/api-keys/$id',
  component: KeyRoute,
});

const organizationRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/organization',
  component: OrganizationPage,
});

export const routeTree = rootRoute.addChildren([
  setupRoute,
  signInRoute,
  insideRoute.addChildren([homeRoute, keysRoute, keyRoute, organizationRoute]),
]);
