import { eq } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '../db/connect.ts';
import { DomainError } from '../domain-error.ts';

/**
 * @param what one record with its article, such as: a log stream
 * @param max how many the organization may have
 * @throws DomainError invalid_state where it has as many
 */
export async function requireRoom(
  tx: Transaction,
  organizationId: string,
  table: PgTable & { readonly organizationId: PgColumn },
  { what, max }: { readonly what: string; readonly max: number },
): Promise<void> {
  if ((await tx.$count(table, eq(table.organizationId, organizationId))) < max) return;
  throw new DomainError(
    'invalid_state',
    `Cannot create ${what}: the organization has ${max} of them, which is the limit. Delete one first.`,
  );
}
