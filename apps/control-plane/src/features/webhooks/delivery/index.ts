/** Audit events on their way to webhook endpoints. */

export { deleteOrphanDeliveries } from './delete-orphan-deliveries.ts';
export { deliverDue, deliverWebhooks } from './deliver-webhooks.ts';
export { DELIVER_WEBHOOKS } from './disable-endpoint.ts';
