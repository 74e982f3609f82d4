import { z } from 'zod';
import { auditEventId } from './ids.ts';
import { instant } from './text.ts';

/** The most bytes that the canonical JSON of an event has: the limit of a C2SP entry bundle. */
export const AUDIT_EVENT_BYTES_MAX = 65_535;

export const AUDIT_TARGET_TYPES = [
  'api_key',
  'api_scope',
  'organization',
  'member',
  'workspace',
  'role',
  'invitation',
  'join_key',
  'gateway',
  'policy',
  'webhook_endpoint',
  'compliance_report',
  'review_campaign',
  'log_stream',
  'chat_destination',
] as const;
export const auditTargetType = z.enum(AUDIT_TARGET_TYPES);
export type AuditTargetType = z.output<typeof auditTargetType>;

export const AUDIT_ACTOR_ID = /^(?:mem|key|jk)_[0-9A-Za-z]{20}$/;
export const AUDIT_ACTOR_ID_RULE =
  'must be the id of a member, an API key or a join key: mem_…, key_… or jk_…';

export const AUDIT_ACTION_FILTER = /^[a-z][a-z_]{0,31}\.(?:\*|[a-z][a-z_]{0,31})$/;
export const AUDIT_ACTION_FILTER_RULE =
  'must be an action such as api_key.revoke, or a group of actions such as api_key.*';

/** Where an export goes on, and where it ends. */
export const EXPORT_CURSOR = /^\d{1,15}(?:-\d{1,15})?$/;
export const EXPORT_CURSOR_RULE =
  'must be the sequence of the last event that you have, such as 4711';

const memberId = z.string();

const auditActor = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('member'), memberId }),
    z.strictObject({ type: z.literal('key'), memberId, keyId: z.string() }),
    z.strictObject({ type: z.literal('join_key'), memberId, joinKeyId: z.string() }),
    z.strictObject({ type: z.literal('operator') }),
    z.strictObject({ type: z.literal('system'), job: z.string() }),
  ])
  .meta({
    description:
      'Who did it: a member by session, an API key of a member, a gateway by a join key, the operator of the server by its command line, or a job of the server',
  });
export type AuditActor = z.output<typeof auditActor>;

/** What to filter by for all that the actor did; undefined where it is nobody with an id. */
export function auditActorId(actor: AuditActor): string | undefined {
  switch (actor.type) {
    case 'member':
      return actor.memberId;
    case 'key':
      return actor.keyId;
    case 'join_key':
      return actor.joinKeyId;
    case 'operator':
    case 'system':
      return undefined;
  }
}

const auditTarget = z.strictObject({
  type: auditTargetType,
  id: z.string(),
  name: z.string().meta({ description: 'Its name at that time' }),
  workspaceId: z.string().optional().meta({
    description: 'Workspace in which the target is; absent where it belongs to none',
  }),
});
export type AuditTarget = z.output<typeof auditTarget>;

const facts = z.record(z.string(), z.unknown()).nullable();

/**
 * One recorded change or security event, exactly as it is a leaf of the organization's transparency
 * log: the leaf is the canonical JSON (RFC 8785) of these fields and no others.
 */
export const auditEvent = z
  .strictObject({
    id: auditEventId,
    organizationId: z.string(),
    sequence: z.int().meta({
      description: 'Its place in the audit log of the organization; the first event has 1',
    }),
    at: instant,
    actor: auditActor,
    action: z.string().meta({ examples: ['api_key.revoke'] }),
    target: auditTarget,
    before: facts.meta({
      description: 'What was recorded of the target before; null where there was nothing',
    }),
    after: facts.meta({
      description: 'What was recorded of the target after; null where nothing is left',
    }),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.output<typeof auditEvent>;

/** An event with what is found when it is read; the additions are no part of the leaf. */
export const auditEventView = auditEvent
  .extend({
    actorName: z.string().nullable().meta({
      description:
        'Name that the actor has now, or had when it was deleted; null for the operator and for jobs',
    }),
  })
  .meta({ id: 'AuditEventView' });
export type AuditEventView = z.output<typeof auditEventView>;
