import { createId, notificationKind } from '@tollkeeper/contract';
import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { notification, notificationCursor } from '../../db/schema/index.ts';
import { type Audience, findRecipients, readAudience } from './find-recipients.ts';
import type { Happening } from './happening.ts';
import { nameActors } from './name-actors.ts';

/** So many alike within an hour are notified of one by one; more of them by a summary. */
export const ALIKE_MAX = 5;
const HOUR_MS = 3_600_000;
/** A summary is mailed that late, when it is likely to be whole. */
const SETTLING_MS = 2 * 60_000;
/** Of rows that one statement inserts. */
const ROWS_MAX = 5000;

export type StoreServices = Pick<Services, 'clock' | 'randomBytes' | 'mailer'>;

/**
 * Stores what happened, once for the organization, and who is notified. Many alike become one summary, which
 * further ones are added to for an hour: an event storm makes neither rows nor mails without end.
 * @param cursor locked by the transaction, so that numbers rise in the order of commits
 * @returns the last number that is given now
 */
export async function storeNotifications(
  tx: Transaction,
  services: StoreServices,
  cursor: typeof notificationCursor.$inferSelect,
  happenings: readonly Happening[],
): Promise<number> {
  const { organizationId } = cursor;
  let { lastNumber } = cursor;
  if (happenings.length === 0) return lastNumber;
  const audience = await readAudience(tx, organizationId);
  const named = await nameActors(tx, organizationId, happenings);
  const context = { tx, services, organizationId, audience, now: services.clock() };
  for (const alike of Map.groupBy(named, groupOf).values()) {
    const [first] = alike;
    if (!first) continue;
    const isWanted = audience.chatKinds.has(first.kind);
    if (!isWanted && findRecipients(audience, first).length === 0) continue;
    lastNumber = await storeAlike(context, alike, lastNumber);
  }
  await tx
    .update(notificationCursor)
    .set({ lastNumber })
    .where(eq(notificationCursor.organizationId, organizationId));
  return lastNumber;
}

/** What is alike has the same recipients: who acted is not notified, and who owns the key is. */
function groupOf({ kind, reason, ownerId, actor, memberIds, subject }: Happening): string {
  return JSON.stringify([kind, reason, ownerId, actor, memberIds ? subject.id : null]);
}

interface Context {
  readonly tx: Transaction;
  readonly services: StoreServices;
  readonly organizationId: string;
  readonly audience: Audience;
  readonly now: Date;
}

async function storeAlike(
  context: Context,
  alike: readonly Happening[],
  lastNumber: number,
): Promise<number> {
  const [first] = alike;
  if (!first) return lastNumber;
  const recent = await readRecent(context, first);
  const summary = recent.find(({ summaryUntil }) => summaryUntil !== null);
  if (summary) {
    await addToSummary(context, summary, alike);
    return lastNumber;
  }
  const isMany = recent.length + alike.length > ALIKE_MAX;
  const until = new Date(context.now.getTime() + HOUR_MS);
  const rows = isMany
    ? [rowOf(context, summarized(first, alike), lastNumber + 1, alike.length, until)]
    : alike.map((each, at) => rowOf(context, each, lastNumber + at + 1, 1, null));
  await context.tx.insert(notification).values(rows);
  await storeRecipients(context, first, rows, isMany);
  return lastNumber + rows.length;
}

/** What a summary begins with. Where each concerns other members, it names none: those of others would read it. */
function summarized(first: Happening, alike: readonly Happening[]): Happening {
  const { type } = first.subject;
  const unnamed = first.memberIds ? { subject: { type, id: '', name: '' }, eventId: null } : {};
  return { ...first, ...unnamed, at: lastOf(alike).at };
}

/** Of the last hour: the summary that is open, and single ones. */
function readRecent({ tx, organizationId, now }: Context, { kind, reason, ownerId }: Happening) {
  return tx
    .select()
    .from(notification)
    .where(
      and(
        eq(notification.organizationId, organizationId),
        eq(notification.kind, kind),
        gt(notification.createdAt, new Date(now.getTime() - HOUR_MS)),
        eq(notification.reason, reason),
        ownerId === null ? isNull(notification.ownerId) : eq(notification.ownerId, ownerId),
      ),
    )
    .orderBy(desc(notification.number))
    .limit(ALIKE_MAX + 1);
}

type Row = typeof notification.$inferSelect;

/**
 * It is unread again, and mailed once more at its end where its mail has gone out already. Those whom it concerns only
 * now, such as who did what it began with, are notified of it as well.
 */
async function addToSummary(
  context: Context,
  summary: Row,
  alike: readonly Happening[],
): Promise<void> {
  const [first] = alike;
  if (!first) return;
  const { tx, organizationId } = context;
  const { number, count, summaryUntil } = summary;
  await tx
    .update(notification)
    .set({ count: count + alike.length, at: lastOf(alike).at })
    .where(and(eq(notification.organizationId, organizationId), eq(notification.number, number)));
  await tx.execute(sql`
    update notification_recipient
    set read_at = null, mail_due_at = case when is_mailed
      then coalesce(mail_due_at, ${summaryUntil?.toISOString() ?? null}::timestamptz) end
    where organization_id = ${organizationId} and number = ${number}`);
  await storeRecipients(context, first, [summary], true);
}

function rowOf(
  { organizationId, services, now }: Context,
  { kind, reason, at, subject, eventId, facts, ownerId }: Happening,
  number: number,
  count: number,
  summaryUntil: Date | null,
): Row {
  return {
    ...{ organizationId, number, kind, reason, ownerId, eventId, subject, facts, count },
    id: createId('notification', services.randomBytes),
    ...{ summaryUntil, at, createdAt: now },
  };
}

async function storeRecipients(
  { tx, services, organizationId, audience, now }: Context,
  happening: Happening,
  rows: readonly Row[],
  isSummary: boolean,
): Promise<void> {
  const { isSecurity } = notificationKind(happening.kind);
  const immediate = new Date(now.getTime() + (isSummary ? SETTLING_MS : 0));
  const due = isSecurity ? immediate : nextDigest(now, audience.defaults.digestHour);
  const recipients = findRecipients(audience, happening);
  const pairs = rows.flatMap(({ number }) => recipients.map((each) => ({ number, ...each })));
  for (let at = 0; at < pairs.length; at += ROWS_MAX) {
    const some = pairs.slice(at, at + ROWS_MAX);
    await tx.execute(sql`
      insert into notification_recipient
        (organization_id, member_id, number, is_owner, is_in_bell, is_mailed, mail_due_at)
      select ${organizationId}, member_id, number, is_owner, is_in_bell, is_mailed,
        case when is_mailed then ${due.toISOString()}::timestamptz end
      from unnest(${sql.param(some.map(({ memberId }) => memberId))}::text[],
        ${sql.param(some.map(({ number }) => number))}::bigint[],
        ${sql.param(some.map(({ isOwner }) => isOwner))}::boolean[],
        ${sql.param(some.map(({ isInBell }) => isInBell))}::boolean[],
        ${sql.param(some.map(({ isMailed }) => isMailed && services.mailer !== null))}::boolean[])
        as given (member_id, number, is_owner, is_in_bell, is_mailed)
      on conflict do nothing`);
  }
}

/** When the next digest is sent. @param hour of the day, in UTC */
export function nextDigest(now: Date, hour: number): Date {
  const next = new Date(now);
  next.setUTCHours(hour, 0, 0, 0);
  if (next <= now) next.setUTCDate(next.getUTCDate() + 1);
  return next;
}

function lastOf(alike: readonly Happening[]): Happening {
  return alike.reduce((last, each) => (each.at > last.at ? each : last));
}
