import { z } from 'zod';
import { creatingKey, creatingMember } from './api-key-schemas.ts';
import { AUDIT_ACTION_GROUPS, AUDIT_ACTIONS, type AuditAction } from './audit-actions.ts';
import { auditEvent } from './audit-event-schemas.ts';
import { etag } from './edit.ts';
import { auditEventId, webhookEndpointId } from './ids.ts';
import { instant, NO_SECRET, NO_SECRET_RULE } from './text.ts';

/** Endpoints of one organization. */
export const WEBHOOK_ENDPOINTS_MAX = 50;
export const WEBHOOK_URL_MAX = 2048;
/** How long the secret before still signs after a rotation. */
export const WEBHOOK_GRACE_HOURS = 24;
/** How long deliveries and their attempts are kept. */
export const WEBHOOK_KEPT_DAYS = 30;
/** How often one delivery is tried before it is given up. */
export const WEBHOOK_ATTEMPTS_MAX = 10;
/** An endpoint that has failed for that long is disabled. */
export const WEBHOOK_FAILING_DAYS_MAX = 5;
/** What is kept of an answer. */
export const WEBHOOK_RESPONSE_BYTES_MAX = 65_536;
/** An endpoint that has as many pending deliveries is given no more until it has fewer. */
export const WEBHOOK_PENDING_MAX = 10_000;
/** As many deliveries of an endpoint are counted: it stands for more as well. */
export const WEBHOOK_COUNTED_MAX = 1000;

function countedUpTo(what: string) {
  return z
    .int()
    .max(WEBHOOK_COUNTED_MAX)
    .meta({
      description: `${what}, counted up to ${WEBHOOK_COUNTED_MAX}, which stands for more as well`,
    });
}

/** Deliveries that one request can send again. */
export const WEBHOOK_RESENT_MAX = 10_000;

export const WEBHOOK_ENDPOINT_STATUSES = ['enabled', 'disabled'] as const;
export type WebhookEndpointStatus = (typeof WEBHOOK_ENDPOINT_STATUSES)[number];
/** Why an endpoint is disabled: by a person, by its answer 410, or because it failed for too long. */
export const WEBHOOK_DISABLE_REASONS = ['by_request', 'gone', 'failing'] as const;
export type WebhookDisableReason = (typeof WEBHOOK_DISABLE_REASONS)[number];
export const WEBHOOK_SIGNATURES = ['v1', 'v1a'] as const;
export type WebhookSignature = (typeof WEBHOOK_SIGNATURES)[number];
export const WEBHOOK_DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

/** All that an endpoint can subscribe to: every action of the audit log, each group of them, and all. */
export const WEBHOOK_EVENT_TYPES: readonly string[] = [
  '*',
  ...AUDIT_ACTION_GROUPS,
  ...AUDIT_ACTIONS,
];

const eventType = z.enum(WEBHOOK_EVENT_TYPES as [string, ...string[]]).meta({
  description:
    'An action of the audit log, such as `api_key.revoke`; a group of them, such as `api_key.*`; or `*` for all',
  examples: ['api_key.*'],
});

export const webhookEventTypes = z
  .array(eventType)
  .min(1)
  .max(WEBHOOK_EVENT_TYPES.length)
  .meta({ description: 'The events that the endpoint receives', examples: [['api_key.*']] });

/** Whether an endpoint with these event types receives events of the action. */
export function isSubscribed(eventTypes: readonly string[], action: AuditAction): boolean {
  const group = `${action.split('.', 1)[0]}.*`;
  return eventTypes.some((type) => type === '*' || type === group || type === action);
}

/** Outline of a URL that can receive webhooks; the server checks the rest. */
export const WEBHOOK_URL = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#@\\]+(?:[/?][^\s#\\]*)?$/;
export const WEBHOOK_URL_RULE =
  'must be a URL such as https://example.com/hooks, without a user, a password or a fragment';

export const webhookUrl = z
  .string()
  .max(WEBHOOK_URL_MAX)
  .regex(WEBHOOK_URL, WEBHOOK_URL_RULE)
  .regex(NO_SECRET, NO_SECRET_RULE)
  .meta({ examples: ['https://example.com/hooks'] });

export const webhookEndpoint = z
  .strictObject({
    id: webhookEndpointId,
    url: z.string(),
    name: z.string(),
    eventTypes: z.array(z.string()),
    signature: z.enum(WEBHOOK_SIGNATURES).meta({
      description:
        'How deliveries are signed: `v1` by HMAC-SHA256 with a shared secret, `v1a` by Ed25519',
    }),
    publicKey: z
      .string()
      .nullable()
      .meta({ description: 'Verifies `v1a` signatures; null with `v1`', examples: ['whpk_…'] }),
    isOrdered: z.boolean().meta({
      description:
        'Whether each event waits until the one before it was delivered or given up, so that all arrive in order',
    }),
    status: z.enum(WEBHOOK_ENDPOINT_STATUSES),
    disabledReason: z.enum(WEBHOOK_DISABLE_REASONS).nullable().meta({
      description:
        'Why it is disabled: somebody asked (`by_request`), it answered 410 (`gone`), or it failed for five days (`failing`)',
    }),
    failingSince: instant.nullable().meta({
      description: 'When it first failed since its last success; null while all is well',
    }),
    secretRotatedAt: instant.nullable().meta({ description: 'When its secret was rotated last' }),
    previousSecretUntil: instant.nullable().meta({
      description: 'Until when the secret before the last rotation signs as well',
    }),
    pendingCount: countedUpTo('Deliveries that wait for their next attempt'),
    isBehind: z.boolean().meta({
      description: `Whether there are further events for it, which become deliveries once fewer than ${WEBHOOK_PENDING_MAX} are pending`,
    }),
    failedCount: countedUpTo('Deliveries that were given up and can be resent'),
    createdBy: creatingMember,
    createdByKey: creatingKey.nullable().meta({
      description:
        'The API key that created the endpoint; null for one that was created in a session',
    }),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpoint = z.output<typeof webhookEndpoint>;

export const webhookEndpointWithSecret = z
  .strictObject({
    ...webhookEndpoint.shape,
    secret: z
      .string()
      .optional()
      .meta({
        description:
          'Verifies `v1` signatures. Shown only in this answer; absent with `v1a`, and when an Idempotency-Key repeats the request',
        examples: ['whsec_…'],
      }),
  })
  .meta({ id: 'WebhookEndpointWithSecret' });
export type WebhookEndpointWithSecret = z.output<typeof webhookEndpointWithSecret>;

export const webhookDelivery = z
  .strictObject({
    eventId: auditEventId,
    eventType: z.string(),
    status: z.enum(WEBHOOK_DELIVERY_STATUSES),
    attemptsCount: z.int(),
    nextAttemptAt: instant
      .nullable()
      .meta({ description: 'When it is tried next; null once it was delivered or given up' }),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last attempt, if any' }),
    lastProblem: z.string().nullable().meta({
      description: 'Why the last attempt failed; null while none has, and once one succeeded',
    }),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.output<typeof webhookDelivery>;

export const webhookAttempt = z
  .strictObject({
    eventId: auditEventId,
    eventType: z.string(),
    number: z.int().meta({ description: 'The first attempt of the delivery has 1' }),
    at: instant,
    durationMs: z.int(),
    status: z.int().nullable().meta({ description: 'HTTP status; null where no answer came' }),
    problem: z.string().nullable().meta({ description: 'Why it failed; null if it succeeded' }),
    request: z
      .strictObject({
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().nullable().meta({
          description: 'Null once the retention of the audit log has deleted the event',
        }),
      })
      .nullable()
      .meta({ description: 'The POST request; null where none could be made' }),
    responseBody: z.string().nullable().meta({
      description:
        'What the endpoint answered, up to 64 KiB; up to 1,024 characters after a hundred attempts of the endpoint within a day',
    }),
  })
  .meta({ id: 'WebhookAttempt' });
export type WebhookAttempt = z.output<typeof webhookAttempt>;

/** Body of each request to an endpoint. */
export const webhookPayload = z
  .strictObject({
    type: z.string().meta({ examples: ['api_key.revoke'] }),
    timestamp: instant.meta({ description: 'When the event happened' }),
    data: auditEvent,
  })
  .meta({ id: 'WebhookPayload' });
export type WebhookPayload = z.output<typeof webhookPayload>;
