import type { RouteInput, Routes, SavedPolicy } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visiblePolicies } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { policy, policyVersion } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { checkFor, requireValid } from './check-for.ts';
import { insertVersion } from './insert-version.ts';
import { lockPolicy, readPolicy, requireCurrent } from './policy-view.ts';
import { requireRoomForText } from './require-room.ts';
import { changeOf } from './save-policy.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['restorePolicy']>['body'];
}

/**
 * Makes the text of an earlier version the current one, as a new version. It is checked like any other
 * text, since what the schema allows may have changed.
 * @throws DomainError not_found, outside_workspace, edit_conflict, policy_invalid, invalid_state
 */
export async function restorePolicy(ctx: Ctx, { params, body }: Input): Promise<SavedPolicy> {
  const text = await readText(ctx, params.id, body.version);
  const checked = await checkFor(ctx, text);
  const spec = { scope: 'policies.edit', action: 'policy.restore' } as const;
  return write<SavedPolicy>(ctx, spec, async (tx, confirmed) => {
    const row = await lockPolicy(tx, confirmed, params.id);
    requireCurrent(row, body.etag, { ...row, text });
    requireValid(checked);
    const isNewText = text !== row.text;
    const version = isNewText ? row.version + 1 : row.version;
    if (isNewText) {
      await requireRoomForText(tx, confirmed, row.workspaceId, text, row.id);
      await tx
        .update(policy)
        .set({
          text,
          statements: [...checked.statements],
          version,
          updatedAt: ctx.services.clock(),
        })
        .where(eq(policy.id, row.id));
      const restoredFrom = body.version;
      await insertVersion(tx, confirmed, { policyId: row.id, number: version, text, restoredFrom });
    }
    return unlessUnchanged({
      result: {
        ...(await readPolicy(tx, confirmed, row.id)),
        warnings: [...checked.warnings],
      },
      target: { type: 'policy', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: { text: row.text, version: row.version },
      after: isNewText ? { text, version, restoredFrom: body.version } : { text, version },
      changes: [changeOf(row)],
    });
  });
}

/** @throws DomainError not_found */
async function readText(ctx: Ctx, id: string, number: number): Promise<string> {
  const [row] = await ctx.services.db
    .select({ text: policyVersion.text })
    .from(policy)
    .leftJoin(
      policyVersion,
      and(eq(policyVersion.policyId, policy.id), eq(policyVersion.number, number)),
    )
    .where(and(visiblePolicies(ctx), eq(policy.id, id)));
  if (!row) throw notFound('policy', id);
  if (row.text === null) throw notFound('version of the policy', String(number));
  return row.text;
}
