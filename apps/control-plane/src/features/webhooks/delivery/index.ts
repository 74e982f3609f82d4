/** Audit events on their way to webhook endpoints. */

export { deliverDue, deliverWebhooks } from './deliver-webhooks.ts';
export { DELIVER_WEBHOOKS } from './disable-endpoint.ts';
export { mailWebhookDisabled, mailWebhookFailing } from './webhook-mail.ts';
