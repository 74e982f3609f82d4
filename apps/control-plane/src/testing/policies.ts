/** Policies as they are after they were saved, for tests of what comes then. */
import { eq } from 'drizzle-orm';
import { statementsOf } from '../../../../packages/verify/src/testing/policies/statements.ts';
import { policy } from '../db/schema/index.ts';
import { appendChanges } from '../write/append.ts';
import type { TestApp } from './test-app.ts';

export interface TestPolicy {
  readonly id: string;
  readonly organizationId: string;
  /** Null where it is the organization's. */
  readonly workspaceId: string | null;
  readonly text: string;
  readonly status?: 'enabled' | 'disabled';
  readonly mode?: 'enforce' | 'shadow';
  /** In place of those of the text. */
  readonly statements?: unknown[];
}

/** Creates the policy, or saves it, and waits until all processes decide with it. */
export async function putTestPolicy({ services }: TestApp, given: TestPolicy): Promise<void> {
  const { id, organizationId, workspaceId, text, status = 'enabled', mode = 'enforce' } = given;
  const now = new Date();
  const row = {
    ...{ organizationId, workspaceId, text, status, mode, name: id, description: '' },
    ...{ statements: given.statements ?? statementsOf(text), version: 1, updatedAt: now },
  };
  const last = await services.db.transaction(async (tx) => {
    const values = { id, createdAt: now, ...row };
    await tx.insert(policy).values(values).onConflictDoUpdate({ target: policy.id, set: row });
    return appendChanges(tx, organizationId, [{ kind: 'policy', subjectId: id, workspaceId }]);
  });
  await services.changeFeed.waitUntilApplied(last);
}

export async function removeTestPolicy({ services }: TestApp, given: TestPolicy): Promise<void> {
  const { id, organizationId, workspaceId } = given;
  const last = await services.db.transaction(async (tx) => {
    await tx.delete(policy).where(eq(policy.id, id));
    return appendChanges(tx, organizationId, [{ kind: 'policy', subjectId: id, workspaceId }]);
  });
  await services.changeFeed.waitUntilApplied(last);
}
