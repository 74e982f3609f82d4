/** The page of notifications, for everyone who is signed in. */
import { createRoute } from '@tanstack/react-router';
import { NotificationsPage } from '../features/notifications/index.ts';
import { insideRoute } from './shell-route.ts';

export const notificationsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/notifications',
  component: NotificationsPage,
});
