import type { Plan } from '@tollkeeper/contract';
import type { Transaction } from '../../db/connect.ts';
import { belongsTo, defineLockedRead } from '../../db/statement.ts';
import type { Ctx } from '../../kernel/context.ts';
import { callingKeyId } from '../../kernel/creating-key.ts';
import { notFound } from '../../kernel/domain-error.ts';
import type { Ceiling } from './ceiling.ts';
import type { ExpiryRules } from './expiry-rules.ts';

/** What the creation of a key depends on besides its input. */
export interface CreationFacts extends ExpiryRules {
  readonly plan: Plan;
  readonly keyUnusedDaysMax: number | null;
  readonly ownerName: string;
  readonly ownerEmail: string;
  /** Of the calling key; null in a session. */
  readonly callerName: string | null;
  readonly ceiling: Ceiling | null;
}

interface Row extends Omit<CreationFacts, 'ceiling'> {
  readonly callerExpiresAt: Date | null;
  readonly callerRequestedExpiresAt: Date | null;
  readonly callerAllowedIps: string[] | null;
}

const lockFacts = defineLockedRead<
  Row,
  [organizationId: string, memberId: string, callingKeyId: string | null]
>(
  'lock-creation',
  `select organization.plan, organization.default_expiry_days as "defaultExpiryDays",
    organization.key_lifetime_days_max as "keyLifetimeDaysMax",
    organization.key_unused_days_max as "keyUnusedDaysMax",
    owner.name as "ownerName", owner.email as "ownerEmail",
    caller.name as "callerName", caller.expires_at as "callerExpiresAt",
    caller.requested_expires_at as "callerRequestedExpiresAt",
    caller.allowed_ips as "callerAllowedIps"
  from organization
  join member on member.id = $2 and ${belongsTo('member', '$1')}
  join "user" as owner on owner.id = member.user_id
  left join api_key as caller on caller.id = $3 and ${belongsTo('caller', '$1')}
  where organization.id = $1 and organization.deleted_at is null
  for no key update of organization`,
);

/** For a key whose row is gone. */
const NOTHING: Ceiling = {
  expiresAt: new Date(0),
  requestedExpiresAt: new Date(0),
  allowedIps: [],
};

/**
 * Locks the organization's row until the transaction ends: creations of one organization pass one
 * by one, from however many processes, so that the count of the plan is exact, and no key is made
 * by a rule that a change has just replaced. The rows of the caller are locked by confirmActor.
 * @throws DomainError not_found once the organization was deleted
 */
export async function lockCreation(tx: Transaction, ctx: Ctx): Promise<CreationFacts> {
  const { organizationId, actor } = ctx;
  const [row] = await lockFacts(tx, [organizationId, actor.memberId, callingKeyId(ctx)]);
  if (!row) throw notFound('organization', organizationId);
  const { callerExpiresAt, callerRequestedExpiresAt, callerAllowedIps, ...facts } = row;
  if (actor.type !== 'key') return { ...facts, ceiling: null };
  const ceiling = callerAllowedIps
    ? {
        expiresAt: callerExpiresAt,
        requestedExpiresAt: callerRequestedExpiresAt,
        allowedIps: callerAllowedIps,
      }
    : NOTHING;
  return { ...facts, ceiling };
}
