import { createHash } from 'node:crypto';
import type { Plan } from '@tollkeeper/contract';
import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { billing, member, organization, planRequest, user } from '../../db/schema/index.ts';
import { escapeHtml, type Mail } from '../../mail/mailer.ts';
import { capitalized } from './plan-effect.ts';

type MailServices = Pick<Services, 'db' | 'mailer' | 'baseUrl' | 'billing'>;

/**
 * Id of the one message about what the parts name: a message with an id that the outbox already holds, or
 * delivered within a week, is not added.
 */
export function messageIdOf(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  // A UUID of version 8, whose bits mean what their author says (RFC 9562).
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(12, 15)}`];
  return [...groups, `8${hex.slice(15, 18)}`, hex.slice(18, 30)].join('-');
}

/**
 * Mails the operator a request for another plan. Does nothing once it was decided, withdrawn or replaced.
 * @throws Error when the mail server took no mail
 */
export async function mailPlanRequest(
  { db, mailer, billing: { operatorEmail } }: MailServices,
  { organizationId, plan: requested }: { organizationId: string; plan: Plan },
): Promise<void> {
  const [row] = await db
    .select({
      name: organization.name,
      slug: organization.slug,
      plan: organization.plan,
      planRequest,
    })
    .from(planRequest)
    .innerJoin(organization, eq(organization.id, planRequest.organizationId))
    .where(
      and(
        eq(planRequest.organizationId, organizationId),
        eq(planRequest.status, 'pending'),
        eq(planRequest.plan, requested),
        isNull(organization.deletedAt),
      ),
    );
  if (!row || !mailer || operatorEmail === null) return;
  const { name, slug, plan } = row;
  const { message } = row.planRequest;
  const lines = [
    `${name} (${slug}) requests the plan ${capitalized(requested)}. Its plan now is ${capitalized(plan)}.`,
    ...(message === null ? [] : [`The requester wrote: ${message}`]),
    `To approve it, run: npx tollkeeper admin requests approve ${slug} ${requested}`,
    `To decline it, run: npx tollkeeper admin requests decline ${slug}`,
  ];
  const subject = `${name} requests the plan ${capitalized(requested)}`;
  await mailer.send(mailOf(operatorEmail, subject, lines));
}

/**
 * Mails the requester what the operator decided. Does nothing once another plan was requested, or the
 * requester is no active member any more.
 * @throws Error when the mail server took no mail
 */
export async function mailPlanDecision(
  { db, mailer, baseUrl }: MailServices,
  { organizationId, decidedAt }: { organizationId: string; decidedAt: string },
): Promise<void> {
  const [row] = await db
    .select({ organizationName: organization.name, planRequest, user })
    .from(planRequest)
    .innerJoin(organization, eq(organization.id, planRequest.organizationId))
    .innerJoin(
      member,
      and(
        eq(member.organizationId, planRequest.organizationId),
        eq(member.id, planRequest.requestedBy),
        eq(member.status, 'active'),
      ),
    )
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(planRequest.organizationId, organizationId),
        ne(planRequest.status, 'pending'),
        eq(planRequest.decidedAt, new Date(decidedAt)),
        isNull(organization.deletedAt),
      ),
    );
  if (!row || !mailer) return;
  const { plan, status, decisionNote } = row.planRequest;
  const what = `request for the plan ${capitalized(plan)} of ${row.organizationName}`;
  const lines = [
    `${row.user.name}, the operator of the server ${status} your ${what}.`,
    ...(status === 'declined' ? ['The plan stays as it is.'] : []),
    ...(decisionNote === null ? [] : [`The operator wrote: ${decisionNote}`]),
  ];
  const subject = `Your ${what} was ${status}`;
  await mailer.send(mailOf(row.user.email, subject, lines, baseUrl));
}

/**
 * Mails the owner that the plan of the organization ends. Does nothing once it ends at another time.
 * @throws Error when the mail server took no mail
 */
export async function mailPlanEnding(
  { db, mailer, baseUrl }: MailServices,
  { organizationId, until }: { organizationId: string; until: string },
): Promise<void> {
  const [row] = await db
    .select({ name: organization.name, plan: organization.plan, after: billing.planAfter, user })
    .from(billing)
    .innerJoin(organization, eq(organization.id, billing.organizationId))
    .innerJoin(
      member,
      and(eq(member.organizationId, organization.id), eq(member.roleId, 'role_owner')),
    )
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(billing.organizationId, organizationId),
        eq(billing.until, new Date(until)),
        isNull(organization.deletedAt),
      ),
    );
  if (!row || !mailer) return;
  const { name, plan, after } = row;
  const at = new Date(until).toUTCString();
  const lines = [
    `${row.user.name}, the plan ${capitalized(plan)} of ${name} ends on ${at}. The plan ${capitalized(after ?? 'free')} follows.`,
    'No key stops working. Where the plan that follows allows fewer keys than you have, you cannot create more until enough are gone.',
  ];
  const subject = `The plan ${capitalized(plan)} of ${name} ends soon`;
  await mailer.send(mailOf(row.user.email, subject, lines, baseUrl));
}

/** @param baseUrl for a link to the billing page; none for the operator, who has another organization */
function mailOf(to: string, subject: string, lines: readonly string[], baseUrl?: string): Mail {
  const links = baseUrl === undefined ? [] : [`${baseUrl}/billing`];
  return {
    ...{ to, subject },
    text: `${[...lines, ...links].join('\n\n')}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
      ...links.map((link) => `<p><a href="${escapeHtml(link)}">Open the billing page</a></p>`),
      '</body></html>',
    ].join('\n'),
  };
}
