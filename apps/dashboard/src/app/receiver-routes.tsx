/** The pages about what receives the audit log. */
import { createRoute, lazyRouteComponent, useNavigate } from '@tanstack/react-router';
import { insideRoute } from './shell-route.ts';

export const webhooksRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/webhooks',
  component: lazyRouteComponent(loadWebhooks, 'WebhooksPage'),
});

export const webhookRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/webhooks/$id',
  component: WebhookRoute,
});

const WebhookPage = lazyRouteComponent(loadWebhooks, 'WebhookPage');

function WebhookRoute() {
  const { id } = webhookRoute.useParams();
  const navigate = useNavigate();
  return <WebhookPage key={id} id={id} onGone={() => navigate({ to: '/webhooks' })} />;
}

function loadWebhooks() {
  return import('../features/webhooks/index.ts');
}

export const logStreamsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/log-streams',
  component: lazyRouteComponent(loadLogStreams, 'LogStreamsPage'),
});

export const logStreamRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/log-streams/$id',
  component: LogStreamRoute,
});

const LogStreamPage = lazyRouteComponent(loadLogStreams, 'LogStreamPage');

function LogStreamRoute() {
  const { id } = logStreamRoute.useParams();
  const navigate = useNavigate();
  return <LogStreamPage key={id} id={id} onGone={() => navigate({ to: '/log-streams' })} />;
}

function loadLogStreams() {
  return import('../features/log-streams/index.ts');
}
