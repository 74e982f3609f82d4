/** Notifications: what happened, for the members whom it concerns. */

export { DELIVER_NOTIFICATIONS, deliverNotifications } from './deliver-notifications.ts';
export { deriveNotifications } from './derive-notifications.ts';
export { findKeyFindings } from './find-key-findings.ts';
export { listNotifications } from './list-notifications.ts';
export { mailNotifications } from './mail/mail-notifications.ts';
export { findUnsubscribed, unsubscribe } from './mail/unsubscribe.ts';
export { deriveUnsubscribeKey } from './mail/unsubscribe-token.ts';
export { markNotificationsRead } from './mark-notifications-read.ts';
export { getNotificationDefaults, updateNotificationDefaults } from './notification-defaults.ts';
export {
  getNotificationPreferences,
  updateNotificationPreferences,
} from './notification-preferences.ts';
export { notificationPath, notificationText } from './text/notification-text.ts';
