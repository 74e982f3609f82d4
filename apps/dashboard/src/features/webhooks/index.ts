/** Webhooks: endpoints that receive audit events, and what was sent to each. */
export { WebhookPage } from './webhook-detail-page.tsx';
export { WebhooksPage } from './webhooks-page.tsx';
