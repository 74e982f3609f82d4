import { randomUUID } from 'node:crypto';
import type { AuditAction } from '@tollkeeper/contract';
import { and, eq, isNull, lte, or } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { billing, organization } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { commit } from '../../write/write.ts';
import type { RefreshServices } from './billing-provider.ts';
import { providerOf } from './find-provider.ts';
import {
  type LockedTerms,
  lockTerms,
  plainTerms,
  storeTerms,
  termsEvents,
  termsFacts,
} from './plan-terms.ts';

const WARNING_MS = 7 * 86_400_000;

type EndServices = RefreshServices & Pick<Services, 'mailer' | 'billing'>;

/**
 * Warns each organization whose plan ends within a week, and moves those whose plan has ended to the
 * plan that follows. No plan ends without a warning by an earlier run, nor while the payment provider
 * that gave it cannot be asked. Can be run again at any time: the terms are read anew once they are
 * locked.
 */
export async function endPlans(services: EndServices): Promise<{ warned: number; ended: number }> {
  const now = services.clock();
  const requestId = `req_${randomUUID()}`;
  const counts = { warned: 0, ended: 0 };
  const ending = await findEnding(services, now);
  const contextOf = ({ organizationId }: (typeof ending)[number]) => ({ organizationId });
  await runForEach(services.log, ending, contextOf, async ({ organizationId, warnedAt }) => {
    const step = warnedAt === null ? 'warned' : 'ended';
    const run = step === 'warned' ? warn : end;
    await providerOf(services).refreshPlan(services, organizationId);
    if (await run(services, organizationId, now, requestId)) counts[step] += 1;
  });
  return counts;
}

function findEnding({ db }: EndServices, now: Date) {
  const due = new Date(now.getTime() + WARNING_MS);
  return db
    .select({ organizationId: billing.organizationId, warnedAt: billing.warnedAt })
    .from(billing)
    .innerJoin(organization, eq(organization.id, billing.organizationId))
    .where(
      and(
        // Nothing is to be done between the warning and the end.
        or(and(isNull(billing.warnedAt), lte(billing.until, due)), lte(billing.until, now)),
        isNull(organization.deletedAt),
      ),
    );
}

function sourceOf(organizationId: string, action: AuditAction, requestId: string) {
  return {
    organizationId,
    actor: { type: 'system', job: 'end-plans' } as const,
    action,
    origin: { requestId, ip: null, userAgent: null },
  };
}

function warn(
  services: EndServices,
  organizationId: string,
  now: Date,
  requestId: string,
): Promise<boolean> {
  const source = sourceOf(organizationId, 'billing.plan_ending', requestId);
  return commit<boolean>(services, source, async (tx) => {
    const terms = await lockTerms(tx, organizationId);
    const { until, warnedAt, name } = terms;
    if (!until || warnedAt || until.getTime() > now.getTime() + WARNING_MS) {
      return { replayed: false };
    }
    await tx
      .update(billing)
      .set({ warnedAt: now })
      .where(eq(billing.organizationId, organizationId));
    return {
      result: true,
      target: { type: 'organization', id: organizationId, name },
      before: null,
      after: termsFacts(terms),
      changes: [],
    };
  });
}

function end(
  services: EndServices,
  organizationId: string,
  now: Date,
  requestId: string,
): Promise<boolean> {
  const source = sourceOf(organizationId, 'billing.plan_ended', requestId);
  return commit<boolean>(services, source, async (tx) => {
    const before = await lockTerms(tx, organizationId);
    if (!hasEnded(before, now)) return { replayed: false };
    const after = { ...plainTerms(before.planAfter ?? 'free'), keysMax: before.keysMaxAfter };
    await storeTerms(tx, organizationId, before, after);
    const furtherEvents = await termsEvents(tx, organizationId, before, now);
    return {
      result: true,
      target: { type: 'organization', id: organizationId, name: before.name },
      before: termsFacts(before),
      after: termsFacts(after),
      furtherEvents,
      changes: [],
    };
  });
}

function hasEnded({ until, warnedAt }: LockedTerms, now: Date): boolean {
  return until !== null && until <= now && warnedAt !== null;
}
