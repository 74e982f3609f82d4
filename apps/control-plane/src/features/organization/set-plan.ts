import type { Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { commit, type WriteServices } from '../../write/write.ts';
import { findNamedOrganization } from './find-named-organization.ts';

/**
 * The operator's command: sets the plan of an organization, named by id or slug, or the only one.
 * A downgrade breaks no key; it stops new ones until the count is below the limit.
 * @throws DomainError not_found, invalid_state when several could be meant
 */
export async function setPlan(
  services: WriteServices,
  plan: Plan,
  named: string | undefined,
  requestId: string,
) {
  const { id } = await findNamedOrganization(services.db, named);
  const source = {
    organizationId: id,
    actor: { type: 'operator' } as const,
    action: 'organization.set_plan',
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, async (tx: Transaction) => {
    const [row] = await tx.select().from(organization).where(eq(organization.id, id)).for('update');
    if (!row) throw notFound('organization', id);
    await tx.update(organization).set({ plan }).where(eq(organization.id, id));
    return {
      result: { organizationId: id, slug: row.slug, plan, before: row.plan },
      target: { type: 'organization', id, name: row.name },
      before: { plan: row.plan },
      after: { plan },
      changes: [],
    };
  });
}
