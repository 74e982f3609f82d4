import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { insideRoute } from './shell-route.ts';

export const leaksRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/leaks',
  component: lazyRouteComponent(() => import('../features/leaks/index.ts'), 'LeaksPage'),
});
