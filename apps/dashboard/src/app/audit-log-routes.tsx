/** The pages of the audit log. */
import { createRoute, lazyRouteComponent, useRouterState } from '@tanstack/react-router';
import { type AuditSearch, parseAuditSearch } from '../features/audit-events/index.ts';
import { insideRoute } from './shell-route.ts';

export const auditLogRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/audit-log',
  validateSearch: parseAuditSearch,
  component: AuditLogRoute,
});

const AuditLogPage = lazyRouteComponent(loadAuditLog, 'AuditLogPage');

/** Binds the list to the address, as that of the keys. */
function AuditLogRoute() {
  // Again, since the router keeps what parsing left out.
  const search = auditLogRoute.useSearch({ select: parseAuditSearch, structuralSharing: true });
  const navigate = auditLogRoute.useNavigate();
  const trail = useRouterState({ select: ({ location }) => location.state.trail }) ?? [];
  return (
    <AuditLogPage
      search={search}
      trail={trail}
      onSearch={(next: AuditSearch, nextTrail: readonly string[] = []) =>
        navigate({
          search: next,
          state: (before) => ({ ...before, trail: nextTrail }),
          replace: isTyped(search, next),
          resetScroll: false,
        })
      }
    />
  );
}

/** Whether another search differs in what is typed: it then replaces the one before. */
function isTyped(before: AuditSearch, next: AuditSearch): boolean {
  return (['search', 'ip', 'request', 'target'] as const).some(
    (name) => before[name] !== next[name] && next[name] !== undefined,
  );
}

export const auditEventRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/audit-log/$id',
  component: AuditEventRoute,
});

const AuditEventPage = lazyRouteComponent(loadAuditLog, 'AuditEventPage');

function AuditEventRoute() {
  const { id } = auditEventRoute.useParams();
  const search = useRouterState({ select: ({ location }) => location.state.auditSearch }) ?? {};
  return <AuditEventPage key={id} id={id} listSearch={search} />;
}

/** In a file of their own: the other pages do not grow by them. */
function loadAuditLog() {
  return import('../features/audit-log/index.ts');
}
