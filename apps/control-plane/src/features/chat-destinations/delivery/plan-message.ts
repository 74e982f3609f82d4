import type { NotificationKind } from '@tollkeeper/contract';
import { and, asc, eq, gt, inArray, lte, or } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import type { Database } from '../../../db/connect.ts';
import { notification, organization, type SentSummary } from '../../../db/schema/index.ts';
import { notificationPath, notificationText } from '../../notifications/index.ts';
import type { DestinationRow } from '../destination-view.ts';
import type { ShownNotification } from '../messages/index.ts';
import type { ClaimedDestination } from './claim-destinations.ts';

/** Notifications that one message reads. */
const READ_MAX = 500;
/** Different happenings in one message; further ones wait for the next. */
const GROUPS_MAX = 8;
/** After so many attempts that failed, one line is sent alone: it may be the one that is refused. */
export const ALONE_TRIES = 2;
/** So many alike are named one by one; more of them are counted. */
const ALIKE_MAX = 3;
/** When a summary is looked at again that has just begun: it is likely to be whole then. */
const SETTLING_MS = 2 * 60_000;
/** Summaries that are followed at a time. */
const SUMMARIES_MAX = 100;

export interface Plan {
  readonly organizationName: string;
  /** Nothing, where no notification is of a kind that the destination receives. */
  readonly shown: readonly ShownNotification[];
  /** How the destination goes on once they were sent. */
  readonly next: Pick<DestinationRow, 'number' | 'summaries' | 'summariesDueAt'>;
}

type Row = typeof notification.$inferSelect;

/** The next notifications of a destination, and those summaries that have grown since they were sent. */
export async function planMessage(
  db: Database,
  { row, end }: ClaimedDestination,
  now: Date,
): Promise<Plan> {
  const isDue = ({ dueAt }: SentSummary) => new Date(dueAt) <= now;
  const due = row.summaries.filter(isDue);
  const found = await readNotifications(db, row, end, due);
  const dueCounts = new Map(due.map(({ number, count }) => [number, count]));
  const again = found.filter((each) => dueCounts.has(each.number));
  const grown = again.filter(({ number, count }) => count > (dueCounts.get(number) ?? count));
  const fresh = found.filter(({ number }) => !dueCounts.has(number)).slice(0, READ_MAX);
  const isAlone = row.triesCount >= ALONE_TRIES;
  const { groups, rest } = group(grown, fresh, isAlone);
  const isLeft = ({ number }: SentSummary | Row) => rest.has(number);
  const taken = fresh.filter((each) => !isLeft(each));
  const isAll = rest.size === 0 && fresh.length < READ_MAX;
  const seen = [...again.filter((each) => !isLeft(each)), ...taken];
  // Those that are left stay due, and come first in the next message.
  const waiting = row.summaries.filter((each) => !isDue(each) || isLeft(each));
  const summaries = [...waiting, ...seen.flatMap((each) => followed(each, now))]
    .sort((one, other) => one.dueAt.localeCompare(other.dueAt))
    .slice(0, SUMMARIES_MAX);
  const [first] = summaries;
  return {
    organizationName: await readName(db, row.organizationId),
    shown: groups.flatMap(linesOf),
    next: {
      number: isAll ? Math.max(end, row.number) : (taken.at(-1)?.number ?? row.number),
      summaries,
      summariesDueAt: first ? new Date(first.dueAt) : null,
    },
  };
}

function readNotifications(
  db: Database,
  { organizationId, number, kinds }: DestinationRow,
  end: number,
  due: readonly SentSummary[],
): Promise<Row[]> {
  const isNew = and(gt(notification.number, number), lte(notification.number, end));
  const numbers = due.map((each) => each.number);
  return db
    .select()
    .from(notification)
    .where(
      and(
        eq(notification.organizationId, organizationId),
        numbers.length === 0 ? isNew : or(isNew, inArray(notification.number, numbers)),
        // Also of a summary: a kind may have been taken away since it was sent.
        among(notification.kind, [...kinds]),
      ),
    )
    .orderBy(asc(notification.number))
    .limit(READ_MAX + numbers.length);
}

/**
 * What is alike stands together, summaries that have grown apart from what is new. It ends before there would be too
 * many groups for one message of the services.
 * @param isAlone whether it holds one line: the first notification, or more alike ones than are named, which are counted
 * @returns also the numbers of the rest
 */
function group(grown: readonly Row[], fresh: readonly Row[], isAlone: boolean) {
  const groupsMax = isAlone ? 1 : GROUPS_MAX;
  const groups = new Map<string, Row[]>();
  const named = [grown, fresh].flatMap((rows, part) =>
    rows.map((row) => ({ row, name: `${part} ${row.kind} ${row.reason}` })),
  );
  let at = 0;
  for (const { row, name } of named) {
    const alike = groups.get(name);
    if (alike) alike.push(row);
    else if (groups.size === groupsMax) break;
    else groups.set(name, [row]);
    at += 1;
  }
  if (isAlone && at <= ALIKE_MAX) {
    at = Math.min(at, 1);
    for (const alike of groups.values()) alike.length = at;
  }
  return {
    groups: [...groups.values()],
    rest: new Set(named.slice(at).map(({ row }) => row.number)),
  };
}

function linesOf(alike: readonly Row[]): ShownNotification[] {
  const [first] = alike;
  if (!first) return [];
  if (alike.length <= ALIKE_MAX) return alike.map(lineOf);
  return [lineOf({ ...first, count: alike.reduce((sum, { count }) => sum + count, 0) })];
}

/** As others than the owner of a key are notified of it. */
function lineOf(row: Row): ShownNotification {
  const kind: NotificationKind = row.kind;
  const { count } = row;
  return { kind, count, text: notificationText(row, false), path: notificationPath(row) };
}

/** A summary to which more may be added: it is looked at once it is likely to be whole, and at its end. */
function followed({ number, count, summaryUntil, createdAt }: Row, now: Date): SentSummary[] {
  if (summaryUntil === null || summaryUntil <= now) return [];
  const settledAt = new Date(createdAt.getTime() + SETTLING_MS);
  const dueAt = settledAt > now ? settledAt : summaryUntil;
  return [{ number, count, dueAt: dueAt.toISOString() }];
}

async function readName(db: Database, organizationId: string): Promise<string> {
  const [found] = await db
    .select({ name: organization.name })
    .from(organization)
    .where(eq(organization.id, organizationId));
  return found?.name ?? '';
}
