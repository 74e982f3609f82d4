import { z } from 'zod';
import { edit } from '../edit.ts';
import { auditEventId, webhookEndpointId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instantWithOffset, visibleLine } from '../text.ts';
import {
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_RESENT_MAX,
  WEBHOOK_SIGNATURES,
  webhookAttempt,
  webhookDelivery,
  webhookEndpoint,
  webhookEndpointWithSecret,
  webhookEventTypes,
  webhookUrl,
} from '../webhook-schemas.ts';

const tag = 'Webhooks';
const access = 'audit.webhook_manage';
const params = z.strictObject({ id: webhookEndpointId });
const isOrdered = z.boolean().meta({
  description: 'Delivers one event at a time, in order: one that fails holds up all after it',
});

export const listWebhookEndpoints = defineRoute({
  method: 'GET',
  path: '/v1/webhook-endpoints',
  access,
  summary: 'List webhook endpoints',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(webhookEndpoint),
  errors: ['outside_workspace'],
});

export const createWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints',
  access,
  summary:
    'Create a webhook endpoint, which receives audit events as they happen; asks for audit.read as well',
  tag,
  body: z.strictObject({
    url: webhookUrl,
    name: visibleLine(64).meta({ examples: ['Security channel'] }),
    eventTypes: webhookEventTypes,
    signature: z.enum(WEBHOOK_SIGNATURES).default('v1'),
    isOrdered: isOrdered.default(false),
  }),
  status: 201,
  response: webhookEndpointWithSecret,
  errors: ['outside_workspace', 'invalid_state', 'idempotency_conflict'],
  idempotent: true,
});

export const getWebhookEndpoint = defineRoute({
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}',
  access,
  summary: 'Read a webhook endpoint',
  tag,
  params,
  status: 200,
  response: webhookEndpoint,
  errors: ['not_found'],
});

export const updateWebhookEndpoint = defineRoute({
  method: 'PATCH',
  path: '/v1/webhook-endpoints/{id}',
  access,
  summary: 'Edit a webhook endpoint; another URL, or other events, ask for audit.read as well',
  tag,
  params,
  body: edit({
    url: webhookUrl.optional(),
    name: visibleLine(64).optional(),
    eventTypes: webhookEventTypes.optional(),
    isOrdered: isOrdered.optional(),
  }),
  status: 200,
  response: webhookEndpoint,
  errors: ['not_found', 'edit_conflict'],
});

export const deleteWebhookEndpoint = defineRoute({
  method: 'DELETE',
  path: '/v1/webhook-endpoints/{id}',
  access,
  summary: 'Delete a webhook endpoint with its deliveries and attempts',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});

export const disableWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/disable',
  access,
  summary: 'Disable a webhook endpoint: it receives no new events, and pending deliveries wait',
  tag,
  params,
  status: 200,
  response: webhookEndpoint,
  errors: ['not_found', 'invalid_state'],
});

export const enableWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/enable',
  access,
  summary: 'Enable a webhook endpoint: it receives events from now on, and what was pending before',
  tag,
  params,
  status: 200,
  response: webhookEndpoint,
  errors: ['not_found', 'invalid_state'],
});

export const rotateWebhookSecret = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/rotate',
  access,
  summary: 'Replace the signing secret; the one before signs as well for 24 hours',
  tag,
  params,
  status: 200,
  response: webhookEndpointWithSecret,
  errors: ['not_found'],
});

export const testWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/test',
  access,
  summary: 'Send a test event of the type webhook_endpoint.test, whichever types it subscribes to',
  tag,
  params,
  status: 204,
  errors: ['not_found', 'invalid_state'],
});

export const resendWebhooks = defineRoute({
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/resend',
  access,
  summary: 'Send one event again, or all that failed since a time',
  tag,
  params,
  body: z
    .strictObject({
      eventId: auditEventId.optional(),
      failedSince: instantWithOffset.optional().meta({
        description: `In place of \`eventId\`: all deliveries that came up from then on and were given up; at most ${WEBHOOK_RESENT_MAX} at once, the oldest first`,
      }),
    })
    .meta({ minProperties: 1, maxProperties: 1 }),
  status: 200,
  response: z.strictObject({ resentCount: z.int() }),
  errors: ['not_found', 'invalid_state'],
});

export const listWebhookDeliveries = defineRoute({
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}/deliveries',
  access,
  summary:
    'List the deliveries of a webhook endpoint of the last 30 days, newest first; asks for audit.read as well',
  tag,
  params,
  query: z.strictObject({
    ...listQuery,
    status: z.enum(WEBHOOK_DELIVERY_STATUSES).optional(),
  }),
  status: 200,
  response: listOf(webhookDelivery),
  errors: ['not_found'],
});

export const listWebhookAttempts = defineRoute({
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}/attempts',
  access,
  summary:
    'List the attempts of the last 30 days to deliver to a webhook endpoint, newest first; asks for audit.read as well',
  tag,
  params,
  query: z.strictObject({
    ...listQuery,
    limit: listQuery.limit.default(20),
    eventId: auditEventId.optional(),
  }),
  status: 200,
  response: listOf(webhookAttempt),
  errors: ['not_found'],
});
