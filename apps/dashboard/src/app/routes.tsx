import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router';
import { AccountSecurityPage } from '../features/account-security/index.ts';
import { parseKeySearch } from '../features/api-keys/index.ts';
import { FleetPage } from '../features/fleet/index.ts';
import { MembersPage } from '../features/members/index.ts';
import { ForgotPasswordPage, ResetPasswordPage } from '../features/password-resets/index.ts';
import { RolesPage } from '../features/roles/index.ts';
import { SecurityPage } from '../features/security/index.ts';
import { chosenWorkspace, WorkspacesPage } from '../features/workspaces/index.ts';
import { AcceptRoute } from './accept-route.tsx';
import { DeviceRoute } from './device-route.tsx';
import { ErrorPage } from './error-page.tsx';
import { KeyRoute } from './key-route.tsx';
import { KeysRoute } from './keys-route.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { OrganizationRoute } from './organization-route.tsx';
import { requireIdentity } from './require-identity.ts';
import { RootRoute } from './root-route.tsx';
import { SecondFactorRoute } from './second-factor-route.tsx';
import { SetupRoute } from './setup-route.tsx';
import { Shell } from './shell.tsx';
import { SignInRoute } from './sign-in-route.tsx';

const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  component: RootRoute,
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
  validateSearch: parseFrom,
  component: SignInRoute,
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: ForgotPasswordPage,
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: ResetPasswordPage,
});

const acceptRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/accept-invitation',
  component: AcceptRoute,
});

const secondFactorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/second-factor',
  validateSearch: parseFrom,
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: SecondFactorRoute,
});

const deviceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/device',
  validateSearch: ({ user_code }: Record<string, unknown>): { user_code?: string } =>
    typeof user_code === 'string' && user_code !== '' ? { user_code } : {},
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: DeviceRoute,
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
    const workspace = chosenWorkspace();
    throw redirect({ to: '/api-keys', search: workspace ? { workspace } : {}, replace: true });
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

const fleetRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/fleet',
  component: FleetPage,
});

const membersRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/members',
  component: MembersPage,
});

const rolesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/roles',
  component: RolesPage,
});

const workspacesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/workspaces',
  component: WorkspacesPage,
});

const organizationRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/organization',
  component: OrganizationRoute,
});

const securityRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/security',
  component: SecurityPage,
});

const accountSecurityRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/account-security',
  component: AccountSecurityPage,
});

export const routeTree = rootRoute.addChildren([
  setupRoute,
  signInRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  acceptRoute,
  secondFactorRoute,
  deviceRoute,
  insideRoute.addChildren([
    homeRoute,
    keysRoute,
    keyRoute,
    fleetRoute,
    membersRoute,
    rolesRoute,
    workspacesRoute,
    organizationRoute,
    securityRoute,
    accountSecurityRoute,
  ]),
]);

/** Where to go afterwards; see `returnPath`. */
function parseFrom({ from }: Record<string, unknown>): { from?: string } {
  return typeof from === 'string' ? { from } : {};
}
