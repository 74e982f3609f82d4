import { WEBHOOK_FAILING_DAYS_MAX, type WebhookDisableReason } from '@tollkeeper/contract';
import { and, desc, eq, gt, isNotNull } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { webhookAttempt, webhookDelivery, webhookEndpoint } from '../../../db/schema/index.ts';
import { isEndpoint } from '../endpoint-view.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { nextAttemptAt } from './retry-schedule.ts';
import type { Outcome } from './send-delivery.ts';

const DAY_MS = 86_400_000;
/** People are warned that early, and never less than a day before the endpoint is disabled. */
const WARNING_DAYS = 2;

/** Longer answers are kept in full for that many attempts of an endpoint within a day, and cut after them. */
const FULL_ANSWERS_A_DAY = 100;
const CUT_CHARS = 1024;

type RecordServices = Pick<Services, 'db'>;

/** What follows for the endpoint. */
interface Consequence {
  readonly disableFor?: WebhookDisableReason | undefined;
  /** Whether people are to be warned that it fails. */
  readonly isWarningDue?: boolean;
  /** Whether its URL was changed while the attempt was under way, which then decides nothing for the new one. */
  readonly isElsewhere?: boolean;
}

/**
 * Stores an attempt and what becomes of its delivery and its endpoint.
 * @returns what follows for the endpoint
 */
export async function recordAttempt(
  { db }: RecordServices,
  { delivery, endpoint }: ClaimedDelivery,
  outcome: Outcome,
): Promise<Consequence> {
  const { organizationId, endpointId, sequence } = delivery;
  return db.transaction(async (tx) => {
    // The endpoint first, which those who manage it lock first too.
    const standing =
      outcome.problem === null
        ? await noteSuccess(tx, organizationId, endpointId)
        : await noteFailure(tx, endpoint, outcome);
    const [stored] = await tx
      .select()
      .from(webhookDelivery)
      .where(isDelivery(delivery))
      .for('update');
    // Deleted with its endpoint meanwhile.
    if (!stored) return {};
    const number = stored.attemptsCount + 1;
    await tx
      .update(webhookDelivery)
      .set({ attemptsCount: number, ...nextState(stored, delivery, outcome, standing) })
      .where(isDelivery(delivery));
    const { at, durationMs, status, problem, request } = outcome;
    const responseBody = await keptAnswer(tx, delivery, outcome);
    const attempt = { number, at, durationMs, status, problem, request, responseBody };
    await tx.insert(webhookAttempt).values({ organizationId, endpointId, sequence, ...attempt });
    return standing ?? {};
  });
}

type Delivery = ClaimedDelivery['delivery'];

/** Once its lease has ended, or it was sent again meanwhile, a failure is no more than an attempt. */
function nextState(
  stored: Delivery,
  claimed: Delivery,
  outcome: Outcome,
  standing: Consequence | undefined,
) {
  const { at, status, problem, retryAfter } = outcome;
  const isFinal = outcome.isFinal && standing?.isElsewhere !== true;
  const last = { lastStatus: status, lastProblem: problem };
  if (problem === null) {
    return { ...last, status: 'delivered' as const, claimedUntil: null, finishedAt: at };
  }
  const isOurs = stored.claimedUntil?.getTime() === claimed.claimedUntil?.getTime();
  if (stored.status !== 'pending' || !isOurs) return {};
  const triesCount = stored.triesCount + 1;
  const next = isFinal ? undefined : nextAttemptAt(triesCount, retryAfter, at, Math.random());
  if (next) return { ...last, triesCount, claimedUntil: null, nextAttemptAt: next };
  return { ...last, triesCount, claimedUntil: null, status: 'failed' as const, finishedAt: at };
}

/** The answer, or its beginning: those of an endpoint that is sent many events would fill the disk. */
async function keptAnswer(
  tx: Transaction,
  { organizationId, endpointId }: Delivery,
  { responseBody, at }: Outcome,
): Promise<string | null> {
  if (responseBody === null || responseBody.length <= CUT_CHARS) return responseBody;
  const [last] = await tx
    .select({ at: webhookAttempt.at })
    .from(webhookAttempt)
    .where(
      and(
        eq(webhookAttempt.organizationId, organizationId),
        eq(webhookAttempt.endpointId, endpointId),
        gt(webhookAttempt.at, new Date(at.getTime() - DAY_MS)),
      ),
    )
    .orderBy(desc(webhookAttempt.at))
    .offset(FULL_ANSWERS_A_DAY - 1)
    .limit(1);
  return last ? responseBody.slice(0, CUT_CHARS) : responseBody;
}

async function noteSuccess(tx: Transaction, organizationId: string, id: string) {
  await tx
    .update(webhookEndpoint)
    .set({ failingSince: null, warnedAt: null })
    .where(and(isEndpoint(organizationId, id), isNotNull(webhookEndpoint.failingSince)));
  return undefined;
}

async function noteFailure(
  tx: Transaction,
  { organizationId, id, url }: ClaimedDelivery['endpoint'],
  { at, status }: Outcome,
): Promise<Consequence | undefined> {
  const [row] = await tx
    .select()
    .from(webhookEndpoint)
    .where(isEndpoint(organizationId, id))
    .for('no key update');
  if (row?.status !== 'enabled') return undefined;
  if (row.url !== url) return { isElsewhere: true };
  const failingSince = row.failingSince ?? at;
  const daysSince = (from: Date) => (at.getTime() - from.getTime()) / DAY_MS;
  const isWarningDue = row.warnedAt === null && daysSince(failingSince) >= WARNING_DAYS;
  if (row.failingSince === null) {
    await tx.update(webhookEndpoint).set({ failingSince }).where(isEndpoint(organizationId, id));
  }
  const isTooLong =
    daysSince(failingSince) >= WEBHOOK_FAILING_DAYS_MAX &&
    row.warnedAt !== null &&
    daysSince(row.warnedAt) >= 1;
  return {
    isWarningDue,
    disableFor: status === 410 ? 'gone' : isTooLong ? 'failing' : undefined,
  };
}

function isDelivery({ organizationId, endpointId, sequence }: Delivery) {
  return and(
    eq(webhookDelivery.organizationId, organizationId),
    eq(webhookDelivery.endpointId, endpointId),
    eq(webhookDelivery.sequence, sequence),
  );
}
