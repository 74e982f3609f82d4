import { createHash } from 'node:crypto';
import type { Plan } from '@tollkeeper/contract';
import { and, eq, isNull } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { organization, planRequest } from '../../db/schema/index.ts';
import { escapeHtml, type Mail } from '../../mail/mailer.ts';
import { capitalized } from './plan-effect.ts';

type MailServices = Pick<Services, 'db' | 'mailer' | 'billing'>;

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

function mailOf(to: string, subject: string, lines: readonly string[]): Mail {
  return {
    ...{ to, subject },
    text: `${lines.join('\n\n')}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
      '</body></html>',
    ].join('\n'),
  };
}
