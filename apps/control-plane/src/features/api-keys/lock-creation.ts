import type { Plan } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { notFound } from '../../domain-error.ts';
import { defineCallerRead } from '../../write/confirm-actor.ts';
import type { Ceiling } from './ceiling.ts';
import type { ExpiryRules } from './expiry-rules.ts';

/** What the creation of a key depends on besides its input. */
export interface CreationFacts extends ExpiryRules {
  readonly plan: Plan;
  readonly keysMax: number | null;
  readonly keyUnusedDaysMax: number | null;
  readonly ownerName: string;
  readonly ownerEmail: string;
  /** Of the calling key; null in a session. */
  readonly callerName: string | null;
  readonly ceiling: Ceiling | null;
}

export interface CreationRow extends Omit<CreationFacts, 'ceiling'> {
  readonly isDeleted: boolean;
  readonly callerExpiresAt: Date | null;
  readonly callerRequestedExpiresAt: Date | null;
  /** Null in a session. */
  readonly callerAllowedIps: string[] | null;
  readonly callerTags: string[] | null;
}

/**
 * Locks the organization's row until the transaction ends, and the caller before: creations of one
 * organization pass one by one, from however many processes, so that the count of the plan is exact,
 * and no key is made by a rule that a change has just replaced.
 */
export const lockCreation = defineCallerRead<CreationRow>('lock-creation', {
  columns: [
    'organization.plan',
    'organization.keys_max as "keysMax"',
    'organization.deleted_at is not null as "isDeleted"',
    'organization.default_expiry_days as "defaultExpiryDays"',
    'organization.key_lifetime_days_max as "keyLifetimeDaysMax"',
    'organization.key_unused_days_max as "keyUnusedDaysMax"',
    'owner.name as "ownerName"',
    'owner.email as "ownerEmail"',
    'api_key.name as "callerName"',
    'api_key.expires_at as "callerExpiresAt"',
    'api_key.requested_expires_at as "callerRequestedExpiresAt"',
    'api_key.allowed_ips as "callerAllowedIps"',
    'api_key.tags as "callerTags"',
  ],
  joins: `
    join organization on organization.id = $1
    join "user" as owner on owner.id = member.user_id`,
  locks: 'for no key update of organization',
});

/** @throws DomainError not_found once the organization was deleted */
export function creationFacts(ctx: Ctx, row: CreationRow): CreationFacts {
  if (row.isDeleted) throw notFound('organization', ctx.organizationId);
  return {
    plan: row.plan,
    keysMax: row.keysMax,
    defaultExpiryDays: row.defaultExpiryDays,
    keyLifetimeDaysMax: row.keyLifetimeDaysMax,
    keyUnusedDaysMax: row.keyUnusedDaysMax,
    ownerName: row.ownerName,
    ownerEmail: row.ownerEmail,
    callerName: row.callerName,
    ceiling: row.callerAllowedIps && {
      expiresAt: row.callerExpiresAt,
      requestedExpiresAt: row.callerRequestedExpiresAt,
      allowedIps: row.callerAllowedIps,
      tags: row.callerTags ?? [],
    },
  };
}
