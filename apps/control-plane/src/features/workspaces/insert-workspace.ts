import { createId, DEFAULT_POLICY } from '@tollkeeper/contract';
import type { Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { policy, policyVersion, workspace } from '../../db/schema/index.ts';

type Row = typeof workspace.$inferInsert;

/** Cedar's JSON form of `DEFAULT_POLICY`, so that no workspace waits for Cedar to be loaded. */
export const DEFAULT_STATEMENTS = [
  {
    effect: 'permit',
    principal: { op: 'All' },
    action: { op: 'All' },
    resource: { op: 'All' },
    conditions: [],
  },
];

/** A workspace with the policy that lets keys call its APIs. */
export async function insertWorkspace(
  tx: Transaction,
  { randomBytes }: Pick<Services, 'randomBytes'>,
  row: Row,
): Promise<void> {
  await tx.insert(workspace).values(row);
  const { organizationId, createdAt } = row;
  const id = createId('policy', randomBytes);
  await tx.insert(policy).values({
    id,
    organizationId,
    workspaceId: row.id,
    ...DEFAULT_POLICY,
    status: 'enabled',
    mode: 'enforce',
    statements: DEFAULT_STATEMENTS,
    version: 1,
    createdAt,
    updatedAt: createdAt,
  });
  const { text } = DEFAULT_POLICY;
  await tx
    .insert(policyVersion)
    .values({ policyId: id, number: 1, organizationId, text, createdAt });
}
