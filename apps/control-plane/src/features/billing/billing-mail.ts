import { and, eq, isNull } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { billing, member, organization, planRequest, user } from '../../db/schema/index.ts';
import { escapeHtml, type Mail } from '../../mail/mailer.ts';
import { capitalized } from './plan-effect.ts';

type MailServices = Pick<Services, 'db' | 'mailer' | 'baseUrl' | 'billing'>;

/**
 * Mails the operator a request for another plan. Does nothing once it was decided, withdrawn or replaced.
 * @throws Error when the mail server took no mail
 */
export async function mailPlanRequest(
  { db, mailer, baseUrl, billing: { operatorEmail } }: MailServices,
  { organizationId, requestedAt }: { organizationId: string; requestedAt: string },
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
        eq(planRequest.requestedAt, new Date(requestedAt)),
        isNull(organization.deletedAt),
      ),
    );
  if (!row || !mailer || operatorEmail === null) return;
  const { name, slug, plan } = row;
  const { message, plan: requested } = row.planRequest;
  const lines = [
    `${name} (${slug}) requests the plan ${capitalized(requested)}. Its plan now is ${capitalized(plan)}.`,
    ...(message === null ? [] : [`The requester wrote: ${message}`]),
    `To approve it, run: npx tollkeeper admin requests approve ${slug}`,
    `To decline it, run: npx tollkeeper admin requests decline ${slug}`,
  ];
  const subject = `${name} requests the plan ${capitalized(requested)}`;
  await mailer.send(mailOf(operatorEmail, subject, lines, baseUrl));
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

function mailOf(to: string, subject: string, lines: readonly string[], baseUrl: string): Mail {
  const link = `${baseUrl}/billing`;
  return {
    ...{ to, subject },
    text: `${lines.join('\n\n')}\n\n${link}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
      `<p><a href="${escapeHtml(link)}">Open the billing page</a></p>`,
      '</body></html>',
    ].join('\n'),
  };
}
