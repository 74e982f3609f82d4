/** The pages about compliance: one heading with tabs, and a page for each tab. */
import { createRoute, lazyRouteComponent, redirect, useNavigate } from '@tanstack/react-router';
import { COMPLIANCE_TABS, ComplianceFrame } from '../features/compliance/index.ts';
import { identityQuery } from '../features/sessions/index.ts';
import { requireIdentity } from './require-identity.ts';
import { ErrorPage, rootRoute } from './root-route.tsx';
import { insideRoute } from './shell-route.ts';

const frameRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'compliance',
  component: ComplianceFrame,
});

/** Leads to the first tab that the member may open. */
const indexRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance',
  beforeLoad: async ({ context }) => {
    const identity = await context.queryClient.ensureQueryData(identityQuery);
    const first = COMPLIANCE_TABS.find(({ scope }) => identity.scopes.includes(scope));
    if (first) throw redirect({ to: first.to, replace: true });
  },
});

const reportsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/reports',
  component: ReportsRoute,
});

const ReportsPage = lazyRouteComponent(loadReports, 'ReportsPage');

function ReportsRoute() {
  const navigate = useNavigate();
  return (
    <ReportsPage
      onCreated={(id) =>
        // The dialog still holds what was entered, which is saved by now.
        void navigate({ to: '/compliance/reports/$id', params: { id }, ignoreBlocker: true })
      }
    />
  );
}

const reportRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/reports/$id',
  component: ReportRoute,
});

const ReportPage = lazyRouteComponent(loadReports, 'ReportPage');

function ReportRoute() {
  const { id } = reportRoute.useParams();
  const navigate = useNavigate();
  return <ReportPage key={id} id={id} onGone={() => navigate({ to: '/compliance/reports' })} />;
}

const ReportPrintPage = lazyRouteComponent(loadReports, 'ReportPrintPage');

/** Without the navigation around it. */
export const reportPrintRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/compliance/reports/$id/print',
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: ReportPrintRoute,
  errorComponent: ErrorPage,
});

function ReportPrintRoute() {
  const { id } = reportPrintRoute.useParams();
  return <ReportPrintPage key={id} id={id} />;
}

/** In a file of their own: the other pages do not grow by them. */
function loadReports() {
  return import('../features/compliance/reports/index.ts');
}

const accessReviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/access-review',
  component: lazyRouteComponent(
    () => import('../features/compliance/access-review/index.ts'),
    'AccessReviewPage',
  ),
});

const campaignsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/campaigns',
  component: CampaignsRoute,
});

const CampaignsPage = lazyRouteComponent(loadCampaigns, 'CampaignsPage');

function CampaignsRoute() {
  const navigate = useNavigate();
  return (
    <CampaignsPage
      onStarted={(id) =>
        // The dialog still holds what was entered, which is saved by now.
        void navigate({ to: '/compliance/campaigns/$id', params: { id }, ignoreBlocker: true })
      }
    />
  );
}

const campaignRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/campaigns/$id',
  component: CampaignRoute,
});

const CampaignPage = lazyRouteComponent(loadCampaigns, 'CampaignPage');

function CampaignRoute() {
  const { id } = campaignRoute.useParams();
  const navigate = useNavigate();
  return <CampaignPage key={id} id={id} onGone={() => navigate({ to: '/compliance/campaigns' })} />;
}

const ownReviewsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/compliance/reviews',
  component: lazyRouteComponent(loadCampaigns, 'OwnReviewsPage'),
});

function loadCampaigns() {
  return import('../features/compliance/campaigns/index.ts');
}

export const complianceRoute = frameRoute.addChildren([
  indexRoute,
  reportsRoute,
  reportRoute,
  accessReviewRoute,
  campaignsRoute,
  campaignRoute,
  ownReviewsRoute,
]);
