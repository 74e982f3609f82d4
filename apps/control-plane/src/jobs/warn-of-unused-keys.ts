import { and, eq, inArray } from 'drizzle-orm';
import type { Services } from '../context.ts';
import { apiKey, member, user } from '../db/schema/index.ts';
import { disablesAt } from '../features/api-keys/index.ts';
import { escapeHtml, type Mail } from '../mail/mailer.ts';
import { runForEach } from '../run-for-each.ts';
import { findUnusedKeys, type UnusedKey } from './disable-unused-keys.ts';

const WARNING_DAYS = 7;
const DAY_MS = 86_400_000;

type WarnServices = Pick<Services, 'db' | 'clock' | 'log' | 'mailer' | 'baseUrl'>;

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
  const byMember = Map.groupBy(due, (key) => key.memberId);
  await runForEach(
    services.log,
    byMember,
    ([memberId]) => ({ memberId }),
    async ([, keys]) => {
      if (await warn(services, keys, now)) warned += keys.length;
    },
  );
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

interface Content {
  readonly owner: { readonly name: string; readonly email: string };
  readonly organizationName: string;
  readonly keys: readonly UnusedKey[];
  readonly baseUrl: string;
}

/** Mail to an owner before keys that they do not use are disabled. */
function unusedKeysMail({ owner, organizationName, keys, baseUrl }: Content): Mail {
  const says = [
    `${owner.name}, these of your API keys in ${organizationName} are not in use, and will be disabled:`,
    'Use a key before, and it stays. A disabled key can be enabled again.',
  ] as const;
  const lines = keys.map((key) => {
    const at = disablesAt(key, key.unusedDaysMax)?.toUTCString() ?? '';
    return `${key.name} (${key.prefix}…), after ${at}`;
  });
  return {
    to: owner.email,
    subject: `Unused API keys in ${organizationName} will be disabled`,
    text: `${says[0]}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n\n${says[1]}\n${baseUrl}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      `<p>${escapeHtml(says[0])}</p>`,
      `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`,
      `<p>${escapeHtml(says[1])} <a href="${escapeHtml(baseUrl)}">Open Tollkeeper</a></p>`,
      '</body></html>',
    ].join('\n'),
  };
}
