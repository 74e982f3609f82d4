/** The pages of the dashboard itself, for members who are signed in. */
import {
  createRoute,
  lazyRouteComponent,
  redirect,
  useNavigate,
  useRouterState,
} from '@tanstack/react-router';
import { useEffect } from 'react';
import { AccountSecurityPage } from '../features/account-security/index.ts';
import { KeyPage, KeysPage, parseKeySearch } from '../features/api-keys/index.ts';
import { BillingPage } from '../features/billing/index.ts';
import { FleetPage } from '../features/fleet/index.ts';
import { MembersPage } from '../features/members/index.ts';
import { NotificationsPage } from '../features/notifications/index.ts';
import { OrganizationPage } from '../features/organization/index.ts';
import { RolesPage } from '../features/roles/index.ts';
import { SecurityPage } from '../features/security/index.ts';
import { signOut, useIdentity } from '../features/sessions/index.ts';
import { chooseWorkspace, chosenWorkspace, WorkspacesPage } from '../features/workspaces/index.ts';
import { auditEventRoute, auditLogRoute } from './audit-log-routes.tsx';
import { complianceRoute } from './compliance-routes.tsx';
import { newPolicyRoute, policiesRoute, policyRoute, simulateRoute } from './policies-routes.tsx';
import {
  logStreamRoute,
  logStreamsRoute,
  webhookRoute,
  webhooksRoute,
} from './receiver-routes.tsx';
import { insideRoute } from './shell-route.ts';
import { useLeave, useSwitchOrganization } from './use-leave.ts';

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

/** Binds the list to the address: filters and sort in the search, the pages before in the history. */
function KeysRoute() {
  // Again, since the router keeps what parsing left out.
  const search = keysRoute.useSearch({ select: parseKeySearch, structuralSharing: true });
  const navigate = keysRoute.useNavigate();
  // The address rules here: going back, or clearing the filters, changes the choice as well.
  useEffect(() => chooseWorkspace(search.workspace), [search.workspace]);
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
          resetScroll: false,
        })
      }
    />
  );
}

const keyRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/api-keys/$id',
  component: KeyRoute,
});

function KeyRoute() {
  const { id } = keyRoute.useParams();
  const navigate = useNavigate();
  const listSearch = useRouterState({ select: ({ location }) => location.state.listSearch }) ?? {};
  return (
    <KeyPage
      key={id}
      id={id}
      listSearch={listSearch}
      onGone={() => navigate({ to: '/api-keys', search: listSearch })}
    />
  );
}

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

const apiScopesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/api-scopes',
  component: lazyRouteComponent(() => import('../features/api-scopes/index.ts'), 'ApiScopesPage'),
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

/** Once it is deleted, the person goes on in another organization of theirs, or signs out. */
function OrganizationRoute() {
  const { organization, organizations } = useIdentity();
  const other = organizations.find(({ id }) => id !== organization.id);
  const switchTo = useSwitchOrganization();
  const leave = useLeave();
  return <OrganizationPage onGone={() => (other ? switchTo(other.id) : leave(signOut))} />;
}

const billingRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/billing',
  // Where the checkout of the payment provider leads.
  validateSearch: ({ paid }: Record<string, unknown>): { paid?: true } =>
    paid ? { paid: true } : {},
  component: BillingRoute,
});

function BillingRoute() {
  return <BillingPage isPaid={billingRoute.useSearch().paid === true} />;
}

const notificationsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/notifications',
  component: NotificationsPage,
});

const chatDestinationsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/chat-destinations',
  component: lazyRouteComponent(
    () => import('../features/chat-destinations/index.ts'),
    'ChatDestinationsPage',
  ),
});

const leaksRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/leaks',
  component: lazyRouteComponent(() => import('../features/leaks/index.ts'), 'LeaksPage'),
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

export const insideRoutes = insideRoute.addChildren([
  homeRoute,
  keysRoute,
  keyRoute,
  policiesRoute,
  newPolicyRoute,
  simulateRoute,
  policyRoute,
  auditLogRoute,
  auditEventRoute,
  fleetRoute,
  membersRoute,
  rolesRoute,
  apiScopesRoute,
  workspacesRoute,
  organizationRoute,
  billingRoute,
  notificationsRoute,
  chatDestinationsRoute,
  leaksRoute,
  webhooksRoute,
  webhookRoute,
  logStreamsRoute,
  logStreamRoute,
  complianceRoute,
  securityRoute,
  accountSecurityRoute,
]);
