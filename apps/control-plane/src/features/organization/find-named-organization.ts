import { eq, or } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';

const NAMED_MAX = 20;

/**
 * The organization that an operator names by id or slug; the only one if none is named.
 * @throws DomainError not_found, invalid_state when several could be meant
 */
export async function findNamedOrganization(
  db: Database,
  named: string | undefined,
): Promise<{ readonly id: string; readonly slug: string }> {
  const rows = await db
    .select({ id: organization.id, slug: organization.slug })
    .from(organization)
    .where(
      named === undefined
        ? undefined
        : or(eq(organization.id, named), eq(organization.slug, named)),
    )
    .limit(NAMED_MAX);
  const [only] = rows;
  if (!only) throw noOrganization(named);
  if (rows.length > 1) {
    throw new DomainError(
      'invalid_state',
      `There are several organizations: ${rows.map((row) => row.slug).join(', ')}. Name one with --organization.`,
    );
  }
  return only;
}

function noOrganization(named: string | undefined): DomainError {
  return new DomainError(
    'not_found',
    named === undefined
      ? 'There is no organization yet. Claim the server first: it prints the link when it starts.'
      : `There is no organization "${named}". Give its id or slug.`,
  );
}
