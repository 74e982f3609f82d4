/** The pages of policies: list, new one, simulator, and one policy. */
import { createRoute, lazyRouteComponent, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { insideRoute } from './shell-route.ts';

export const policiesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/policies',
  component: lazyRouteComponent(loadPolicies, 'PoliciesPage'),
});

export const newPolicyRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/policies/new',
  component: NewPolicyRoute,
});

const NewPolicyPage = lazyRouteComponent(loadPolicies, 'NewPolicyPage');

function NewPolicyRoute() {
  const navigate = useNavigate();
  const onCreated = useCallback(
    (id: string) => void navigate({ to: '/policies/$id', params: { id } }),
    [navigate],
  );
  return <NewPolicyPage onCreated={onCreated} />;
}

export const simulateRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/policies/simulate',
  component: lazyRouteComponent(loadPolicies, 'SimulatePage'),
});

export const policyRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/policies/$id',
  component: PolicyRoute,
});

const PolicyPage = lazyRouteComponent(loadPolicies, 'PolicyPage');

function PolicyRoute() {
  const { id } = policyRoute.useParams();
  const navigate = useNavigate();
  return <PolicyPage key={id} id={id} onGone={() => navigate({ to: '/policies' })} />;
}

/** In a file of their own: the other pages do not grow by the editor of policies and what is around it. */
function loadPolicies() {
  return import('../features/policies/index.ts');
}
