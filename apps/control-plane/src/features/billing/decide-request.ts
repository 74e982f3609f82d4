import type { Plan } from '@tollkeeper/contract';
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { organization, planRequest } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { commit, type FurtherEvent, type WriteServices } from '../../write/write.ts';
import { findNamedOrganization } from '../organization/index.ts';
import { findPendingRequest, requestFacts } from './plan-request.ts';
import {
  type LockedTerms,
  lockTerms,
  plainTerms,
  storeTerms,
  termsEvents,
  termsFacts,
} from './plan-terms.ts';

const REQUESTS_LISTED_MAX = 1000;

/** The pending requests of all organizations, oldest first. */
export async function listPlanRequests(db: Database) {
  const rows = await db
    .select({
      organizationId: organization.id,
      slug: organization.slug,
      currentPlan: organization.plan,
      requestedPlan: planRequest.plan,
      message: planRequest.message,
      requestedBy: planRequest.requestedBy,
      requestedByKeyId: planRequest.createdByKeyId,
      requestedAt: planRequest.requestedAt,
    })
    .from(planRequest)
    .innerJoin(organization, eq(organization.id, planRequest.organizationId))
    .where(and(eq(planRequest.status, 'pending'), isNull(organization.deletedAt)))
    .orderBy(asc(planRequest.requestedAt))
    .limit(REQUESTS_LISTED_MAX);
  return rows.map(({ requestedAt, ...row }) => ({
    ...row,
    requestedAt: requestedAt.toISOString(),
  }));
}

interface Decision {
  /** The organization, by id or slug. */
  readonly named: string;
  readonly note: string | undefined;
  readonly requestId: string;
}

/**
 * Changes the plan to the requested one, without an end. The operator names the plan that they saw
 * requested: an organization could replace its request by one for a higher plan just before.
 * @throws DomainError not_found; invalid_state where another plan is requested by now
 */
export function approvePlanRequest(
  services: WriteServices,
  { plan, ...decision }: Decision & { readonly plan: Plan },
) {
  return decide(services, decision, 'approved', async (tx, organizationId, before, requested) => {
    if (requested !== plan) {
      throw new DomainError(
        'invalid_state',
        `The organization "${before.slug}" requests the plan ${requested}, not ${plan}. To approve that, run: tollkeeper admin requests approve ${before.slug} ${requested}`,
      );
    }
    const after = plainTerms(plan);
    await storeTerms(tx, organizationId, before, after);
    const furtherEvents = await termsEvents(tx, organizationId, before, services.clock());
    return { before: termsFacts(before), after: termsFacts(after), furtherEvents };
  });
}

/** Leaves the plan as it is. @throws DomainError not_found */
export function declinePlanRequest(services: WriteServices, decision: Decision) {
  return decide(services, decision, 'declined', async () => ({
    before: {},
    after: {},
    furtherEvents: [],
  }));
}

const ACTIONS = {
  approved: 'billing.approve_request',
  declined: 'billing.decline_request',
} as const;

type Apply = (
  tx: Transaction,
  organizationId: string,
  before: LockedTerms,
  requested: Plan,
) => Promise<{
  readonly before: object;
  readonly after: object;
  readonly furtherEvents: readonly FurtherEvent[];
}>;

async function decide(
  services: WriteServices,
  { named, note = undefined, requestId }: Decision,
  status: keyof typeof ACTIONS,
  apply: Apply,
) {
  const { id } = await findNamedOrganization(services.db, named);
  const source = {
    organizationId: id,
    actor: { type: 'operator' } as const,
    action: ACTIONS[status],
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, async (tx) => {
    const terms = await lockTerms(tx, id);
    const { name, slug, plan: current } = terms;
    const request = await findPendingRequest(tx, id);
    if (!request) {
      throw new DomainError(
        'not_found',
        `No request of the organization "${slug}" is pending. "tollkeeper admin requests list" shows all that are.`,
      );
    }
    const applied = await apply(tx, id, terms, request.plan);
    await tx
      .update(planRequest)
      .set({ status, decidedAt: services.clock(), decisionNote: note ?? null })
      .where(eq(planRequest.organizationId, id));
    return {
      result: { organizationId: id, slug, requestedPlan: request.plan, status, before: current },
      target: { type: 'organization', id, name },
      before: { ...requestFacts(request), ...applied.before },
      after: { ...applied.after, decisionNote: note ?? null },
      furtherEvents: applied.furtherEvents,
      changes: [],
    };
  });
}
