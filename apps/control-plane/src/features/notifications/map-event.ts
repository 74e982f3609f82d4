import type { AuditAction, NotificationKind } from '@tollkeeper/contract';
import { actingMember, type Happening, type NotableEvent } from './happening.ts';

type Mapped = Pick<Happening, 'kind'> & Partial<Pick<Happening, 'facts' | 'ownerId'>>;

/** Which audit events notify members, and of what. An action that is not named here notifies nobody. */
const MAPS: Partial<Record<AuditAction, (event: NotableEvent) => Mapped | undefined>> = {
  'api_key.report_leak': ({ after }) => ({
    kind: 'api_key_leaked',
    facts: { action: textOf(after, 'action') },
  }),
  'log_stream.fail': () => ({ kind: 'log_stream_failing' }),
  'log_stream.recover': () => ({ kind: 'log_stream_failing' }),
  'log_stream.skip': ({ after }) => ({
    kind: 'log_stream_failing',
    facts: { eventsCount: numberOf(after, 'eventsCount') },
  }),
  'log_stream.pause': () => ({ kind: 'log_stream_failing' }),
  'api_key.disable': changedByAnother,
  'api_key.revoke': changedByAnother,
  'api_key.rotate': changedByAnother,
  'api_key.delete': changedByAnother,
  'api_key.use_canary': ({ after }) => ({
    kind: 'canary_key_used',
    facts: { ip: lastCallerIp(after) },
  }),
  'audit_log.integration_stopped': () => ({ kind: 'audit_alarm' }),
  'audit_log.damage_found': () => ({ kind: 'audit_alarm' }),
  'audit_log.witness_alarm': () => ({ kind: 'audit_alarm' }),
  'gateway.witness_alarm': () => ({ kind: 'audit_alarm' }),
  'billing.near_limit': keyLimit,
  'billing.limit_reached': keyLimit,
  'billing.request_plan': ({ after }) => ({
    kind: 'plan_change',
    facts: { plan: textOf(after, 'requestedPlan') },
  }),
  'billing.approve_request': planDecision,
  'billing.decline_request': planDecision,
  'billing.plan_ending': ({ after }) => ({
    kind: 'plan_change',
    facts: {
      plan: textOf(after, 'plan'),
      planAfter: textOf(after, 'planAfter') ?? 'free',
      until: textOf(after, 'until'),
    },
  }),
  'webhook_endpoint.fail': ({ after }) => ({
    kind: 'webhook_failing',
    facts: { since: textOf(after, 'failingSince') },
  }),
  'webhook_endpoint.disable': (event) => disabledByJob(event, 'webhook_failing'),
  'chat_destination.fail': ({ after }) => ({
    kind: 'chat_destination_failing',
    facts: { since: textOf(after, 'failingSince') },
  }),
  'chat_destination.disable': (event) => disabledByJob(event, 'chat_destination_failing'),
  'review_campaign.start': reviewDue,
  'review_campaign.remind': reviewDue,
  'review_campaign.complete': ({ after }) => ({
    kind: 'review_campaign_ended',
    facts: { disabledCount: numberOf(objectOf(after, 'counts'), 'disabled') },
  }),
  'review_campaign.cancel': () => ({ kind: 'review_campaign_ended' }),
  'gateway.join': () => ({ kind: 'gateway_joined' }),
  'invitation.accept': () => ({ kind: 'invitation_accepted' }),
};

/** Every action that can notify somebody: no other events are read. */
export const NOTABLE_ACTIONS: readonly string[] = Object.keys(MAPS);

/** @returns undefined where nobody is notified of the event */
export function happeningOf(event: NotableEvent): Happening | undefined {
  const mapped = MAPS[event.action]?.(event);
  if (!mapped) return undefined;
  const { id: eventId, at, action: reason, actor } = event;
  const { type, id, name } = event.target;
  return {
    ...{ ownerId: null, facts: {}, ...mapped },
    ...{ reason, at, eventId, actor, subject: { type, id, name } },
  };
}

/** A key that somebody else changed, or a job. What its owner does, also by a key of theirs, is no news to them. */
function changedByAnother({ before, after, actor }: NotableEvent): Mapped | undefined {
  const ownerId = textOf(before, 'memberId') ?? textOf(after, 'memberId');
  if (ownerId !== null && ownerId === actingMember(actor)) return undefined;
  return { kind: 'api_key_changed', ownerId, facts: { why: textOf(after, 'revokeReason') } };
}

/** What people disable is no failure. */
function disabledByJob({ actor, after }: NotableEvent, kind: NotificationKind): Mapped | undefined {
  if (actor.type !== 'system') return undefined;
  return { kind, facts: { disabledReason: textOf(after, 'disabledReason') } };
}

function reviewDue({ after }: NotableEvent): Mapped {
  const facts = {
    endsAt: textOf(after, 'endsAt'),
    disables: after?.disablesUnconfirmed === true ? 1 : 0,
  };
  return { kind: 'key_review_due', facts };
}

function keyLimit({ after }: NotableEvent): Mapped {
  const facts = {
    plan: textOf(after, 'plan'),
    keysUsed: numberOf(after, 'keysUsed'),
    keysMax: numberOf(after, 'keysMax'),
  };
  return { kind: 'plan_limit', facts };
}

function planDecision({ before, after }: NotableEvent): Mapped {
  return {
    kind: 'plan_change',
    facts: { plan: textOf(before, 'requestedPlan'), note: textOf(after, 'decisionNote') },
  };
}

/** The last one comes first. */
function lastCallerIp(after: NotableEvent['after']): string | null {
  const callers = after?.callers;
  const last: unknown = Array.isArray(callers) ? callers[0] : undefined;
  return textOf((last ?? null) as NotableEvent['after'], 'ip');
}

function objectOf(facts: NotableEvent['after'], name: string): NotableEvent['after'] {
  const value = facts?.[name];
  return typeof value === 'object' ? (value as NotableEvent['after']) : null;
}

function textOf(facts: NotableEvent['after'], name: string): string | null {
  const value = facts?.[name];
  return typeof value === 'string' ? value : null;
}

function numberOf(facts: NotableEvent['after'], name: string): number | null {
  const value = facts?.[name];
  return typeof value === 'number' ? value : null;
}
