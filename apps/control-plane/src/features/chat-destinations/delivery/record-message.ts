import { CHAT_FAILING_DAYS_MAX, type ChatDisableReason } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import { chatDestination } from '../../../db/schema/index.ts';
import { type DestinationRow, isDestination } from '../destination-view.ts';
import type { SentMessage } from '../messages/index.ts';
import { isClaimed } from './claim-destinations.ts';
import type { Plan } from './plan-message.ts';
import { nextAttemptAt } from './retry-delay.ts';

const DAY_MS = 86_400_000;
/** People are warned that early, and never less than a day before the destination is disabled. */
const WARNING_DAYS = 2;
/** Slack takes one message a second. */
const PAUSE_MS = 1000;

/** What follows for the destination. */
export interface Consequence {
  readonly disableFor?: ChatDisableReason | undefined;
  /** Whether people are to be warned that it fails. */
  readonly isWarningDue?: boolean;
  /** Whether the service took the message only without its text. */
  readonly isRefused?: boolean;
}

interface Recorded {
  readonly plan: Plan;
  readonly sent: SentMessage;
  /** Why the service refused the text, where it took the message without. */
  readonly refusal: string | null;
}

/**
 * Stores what came of a message. Once its lease has ended, or it was disabled meanwhile, nothing: what another
 * process sends, or enabling, decides how it goes on.
 */
export async function recordMessage(
  { db }: Pick<Services, 'db'>,
  claimed: DestinationRow,
  { plan, sent, refusal }: Recorded,
): Promise<Consequence> {
  return db.transaction(async (tx) => {
    const [row] = await tx.select().from(chatDestination).where(isClaimed(claimed)).for('update');
    if (row?.status !== 'enabled') return {};
    const ofRow = isDestination(row.organizationId, row.id);
    if (sent.problem === null) {
      await tx
        .update(chatDestination)
        .set({
          ...{ ...WELL, ...plan.next, lastDeliveredAt: sent.at, nextAttemptAt: pauseAfter(sent) },
          lastProblem: refusal === null ? keptRefusal(row) : refusalNote(refusal, sent.at),
        })
        .where(ofRow);
      return { isRefused: refusal !== null };
    }
    const failingSince = row.failingSince ?? sent.at;
    const triesCount = row.triesCount + 1;
    const { problem, retryAfter, at } = sent;
    await tx
      .update(chatDestination)
      .set({
        ...{ claimedUntil: null, triesCount, failingSince, lastProblem: problem },
        nextAttemptAt: nextAttemptAt(triesCount, retryAfter, at, Math.random()),
      })
      .where(ofRow);
    return consequenceOf({ ...row, failingSince }, sent);
  });
}

const WELL = { claimedUntil: null, triesCount: 0, failingSince: null, warnedAt: null };

/** While all is well, a problem is the last text that was refused: it stays until the destination fails. */
function keptRefusal({ failingSince, lastProblem }: DestinationRow): string | null {
  return failingSince === null ? lastProblem : null;
}

function refusalNote(refusal: string, at: Date): string {
  const moment = at.toISOString().slice(0, 16).replace('T', ' ');
  return `A notification was posted without its text on ${moment} UTC, since the service refused it. ${refusal}`;
}

function pauseAfter({ at, durationMs }: SentMessage): Date {
  return new Date(at.getTime() + durationMs + PAUSE_MS);
}

function consequenceOf(
  { failingSince, warnedAt }: Pick<DestinationRow, 'failingSince' | 'warnedAt'>,
  { at, status }: SentMessage,
): Consequence {
  const daysSince = (from: Date | null) => (from ? (at.getTime() - from.getTime()) / DAY_MS : 0);
  const isTooLong = daysSince(failingSince) >= CHAT_FAILING_DAYS_MAX && daysSince(warnedAt) >= 1;
  return {
    isWarningDue: warnedAt === null && daysSince(failingSince) >= WARNING_DAYS,
    disableFor: status === 410 ? 'gone' : isTooLong ? 'failing' : undefined,
  };
}

/** Nothing was to be sent. */
export async function skipMessage(
  { db }: Pick<Services, 'db'>,
  claimed: DestinationRow,
  { next }: Plan,
): Promise<void> {
  await db
    .update(chatDestination)
    .set({ ...next, claimedUntil: null })
    .where(isClaimed(claimed));
}

/** Leaves the destination until then. */
export async function release(
  { db }: Pick<Services, 'db'>,
  claimed: DestinationRow,
  until: Date,
): Promise<void> {
  const set = { claimedUntil: null, nextAttemptAt: until };
  await db.update(chatDestination).set(set).where(isClaimed(claimed));
}
