import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { insideRoute } from './shell-route.ts';

export const chatDestinationsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/chat-destinations',
  component: lazyRouteComponent(
    () => import('../features/chat-destinations/index.ts'),
    'ChatDestinationsPage',
  ),
});
