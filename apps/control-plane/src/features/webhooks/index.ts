/** Webhooks: endpoints of other systems that receive audit events. */

export {
  DELIVER_WEBHOOKS,
  deleteOrphanDeliveries,
  deliverDue,
  deliverWebhooks,
} from './delivery/index.ts';
export { listWebhookAttempts, listWebhookDeliveries } from './list-webhook-deliveries.ts';
export { getWebhookEndpoint, listWebhookEndpoints } from './list-webhook-endpoints.ts';
export {
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  testWebhookEndpoint,
} from './manage-webhook-endpoint.ts';
export { resendWebhooks } from './resend-webhooks.ts';
export { createWebhookEndpoint, updateWebhookEndpoint } from './save-webhook-endpoint.ts';
export { WEBHOOK_KEY_INFO } from './signing-secret.ts';
export type { WebhookServices } from './webhook-services.ts';
