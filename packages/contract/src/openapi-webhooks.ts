import { AUDIT_ACTIONS } from './audit-actions.ts';

/** What the server sends to webhook endpoints, by the type of the event, as OpenAPI 3.1 declares it. */
export function openApiWebhooks() {
  return Object.fromEntries(AUDIT_ACTIONS.map((action) => [action, webhookOperation(action)]));
}

const webhookHeader = (name: string, description: string) => ({
  ...{ name, in: 'header', required: true, description },
  schema: { type: 'string' },
});

const WEBHOOK_HEADERS = [
  webhookHeader(
    'webhook-id',
    'The same for every attempt: what a receiver has seen, it can ignore',
  ),
  webhookHeader('webhook-timestamp', 'When this attempt was sent, in seconds since 1970'),
  webhookHeader('webhook-signature', 'Signatures (Standard Webhooks), with spaces between them'),
];

/** What is sent to an endpoint that subscribes to the action. */
function webhookOperation(action: string) {
  const type = { properties: { type: { const: action } } };
  const schema = { allOf: [{ $ref: '#/components/schemas/WebhookPayload' }, type] };
  return {
    post: {
      summary: `An audit event: ${action}`,
      tags: ['Webhooks'],
      security: [],
      parameters: WEBHOOK_HEADERS,
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: {
        '2XX': { description: 'The event was received' },
        '410': { description: 'The endpoint is gone, and is disabled' },
        default: { description: 'The event was not received, and is sent again later' },
      },
    },
  };
}
