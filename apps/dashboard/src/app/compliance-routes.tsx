/** The pages about compliance: one heading with tabs, and a page for each tab. */
import { createRoute, redirect } from '@tanstack/react-router';
import { COMPLIANCE_TABS, ComplianceFrame } from '../features/compliance/index.ts';
import { identityQuery } from '../features/sessions/index.ts';
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

export const complianceRoute = frameRoute.addChildren([indexRoute]);
