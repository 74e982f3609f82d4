import { and, eq, inArray } from 'drizzle-orm';
import type { Services } from '../context.ts';
import { apiKey, member, user } from '../db/schema/index.ts';
import { disablesAt } from '../features/api-keys/index.ts';
import { findUnusedKeys, type UnusedKey } from './unused-keys.ts';
import { unusedKeysMail } from './unused-keys-mail.ts';

const WARNING_DAYS = 7;
const DAY_MS = 86_400_000;

export type WarnServices = Pick<Services, 'db' | 'clock' | 'log' | 'mailer' | 'baseUrl'>;

/**
 * Tells each active owner once, in one mail, of the keys that the daily job is about to disable;
 * the key itself tells it always, as `disablesAt`. Sends nothing where no mail is configured.
 */
export async function warnOfUnusedKeys(services: WarnServices): Promise<{ warned: number }> {
  if (!services.mailer) return { warned: 0 };
  const now = services.clock();
  const found = await findUnusedKeys(services.db, now, WARNING_DAYS);
  const due = found.filter((key) => isDue(key, now));
  let warned = 0;
  for (const keys of Map.groupBy(due, (key) => key.memberId).values()) {
    if (await warn(services, keys, now)) warned += keys.length;
  }
  return { warned };
}

/** A week ahead, or half of a short limit: else a key in daily use would be warned of. */
function isDue(key: UnusedKey, now: Date): boolean {
  const at = disablesAt(key, key.unusedDaysMax);
  if (!at || at <= now) return false;
  const aheadMs = Math.min(WARNING_DAYS, (key.unusedDaysMax ?? 0) / 2) * DAY_MS;
  const from = new Date(at.getTime() - aheadMs);
  return from <= now && !(key.unusedWarnedAt && key.unusedWarnedAt >= from);
}

async function warn(
  { db, log, mailer, baseUrl }: WarnServices,
  keys: readonly UnusedKey[],
  now: Date,
): Promise<boolean> {
  const [first] = keys;
  if (!first || !mailer) return false;
  const [owner] = await db
    .select({ name: user.name, email: user.email })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.id, first.memberId), eq(member.status, 'active')));
  if (!owner) return false;
  try {
    await mailer.send(
      unusedKeysMail({ owner, organizationName: first.organizationName, keys, baseUrl }),
    );
  } catch {
    // Not what the mail server says: it may repeat the mail. The next run tries again.
    log.warn({ memberId: first.memberId }, 'mail about unused keys could not be sent');
    return false;
  }
  const ids = keys.map((key) => key.id);
  await db.update(apiKey).set({ unusedWarnedAt: now }).where(inArray(apiKey.id, ids));
  return true;
}
