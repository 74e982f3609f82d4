import type { Plan } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { planRequest } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { commit, type WriteServices } from '../../write/write.ts';
import { findNamedOrganization } from '../organization/index.ts';
import { findPendingRequest, requestFacts } from './plan-request.ts';
import {
  type LockedTerms,
  lockTerms,
  type PlanTerms,
  storeTerms,
  termsEvents,
  termsFacts,
} from './plan-terms.ts';

/** What the operator sets beside the plan; what is left out is none. */
interface GivenTerms {
  readonly keysMax?: number | undefined;
  readonly until?: Date | undefined;
  readonly note?: string | undefined;
}

/**
 * The operator's command: sets the plan of an organization, named by id or slug, or the only one, with
 * all that goes with it. A lower limit breaks no key; it stops new ones until the count is below it. A
 * pending request for that plan is approved by it.
 * @throws DomainError not_found, invalid_state when several could be meant, validation_failed
 */
export async function setPlan(
  services: WriteServices,
  plan: Plan,
  named: string | undefined,
  requestId: string,
  given: GivenTerms = {},
) {
  const { id } = await findNamedOrganization(services.db, named);
  const now = services.clock();
  if (given.until && given.until <= now) throw invalidField('until', 'must be in the future');
  const source = {
    organizationId: id,
    actor: { type: 'operator' } as const,
    action: 'organization.set_plan' as const,
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, async (tx) => {
    const before = await lockTerms(tx, id);
    const after = termsOf(before, plan, given);
    await storeTerms(tx, id, before, after);
    const request = await findPendingRequest(tx, id);
    const target = { type: 'organization' as const, id, name: before.name };
    const approves = request?.plan === plan;
    if (approves) {
      const set = { status: 'approved', decidedAt: now } as const;
      await tx
        .update(planRequest)
        .set(set)
        .where(and(eq(planRequest.organizationId, id), eq(planRequest.status, 'pending')));
    }
    return {
      result: {
        organizationId: id,
        slug: before.slug,
        plan,
        keysMax: after.keysMax,
        until: after.until?.toISOString() ?? null,
        planAfter: after.planAfter,
        note: after.note,
        before: before.plan,
      },
      target,
      before: termsFacts(before),
      after: termsFacts(after),
      furtherEvents: [
        ...(approves
          ? [
              {
                action: 'billing.approve_request' as const,
                target,
                before: requestFacts(request),
                after: { plan },
              },
            ]
          : []),
        ...(await termsEvents(tx, id, before, now)),
      ],
      changes: [],
    };
  });
}

/** A plan that ends is followed by the one before; that is not another one that ends. */
function termsOf(before: LockedTerms, plan: Plan, { keysMax, until, note }: GivenTerms): PlanTerms {
  const lasting =
    before.until === null
      ? { planAfter: before.plan, keysMaxAfter: before.keysMax }
      : { planAfter: before.planAfter, keysMaxAfter: before.keysMaxAfter };
  return {
    plan,
    keysMax: keysMax ?? null,
    until: until ?? null,
    ...(until ? lasting : { planAfter: null, keysMaxAfter: null }),
    note: note ?? null,
  };
}
