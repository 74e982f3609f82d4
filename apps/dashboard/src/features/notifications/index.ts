/** What happened, for the person who is signed in: the bell, the page, and their preferences. */
export { Bell } from './bell.tsx';
export { NotificationsPage } from './notifications-page.tsx';
