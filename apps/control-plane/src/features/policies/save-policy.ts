import { createId, type RouteInput, type Routes, type SavedPolicy } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import type { Ctx } from '../../context.ts';
import { policy } from '../../db/schema/index.ts';
import { idempotent } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { getWorkspace } from '../workspaces/index.ts';
import { checkFor, requireValid } from './check-for.ts';
import { insertVersion } from './insert-version.ts';
import {
  editableOf,
  lockPolicy,
  type PolicyRow,
  policyEtag,
  readPolicy,
  requireCurrent,
  requirePlaceManaged,
} from './policy-view.ts';
import { requireFreeName, requireRoom, requireRoomForText } from './require-room.ts';

type NewPolicy = RouteInput<Routes['createPolicy']>['body'];

/** @throws DomainError policy_invalid, not_found, outside_workspace, invalid_state */
export async function createPolicy(ctx: Ctx, { body }: { body: NewPolicy }): Promise<SavedPolicy> {
  const checked = await checkFor(ctx, body.text);
  const spec = { scope: 'policies.create', action: 'policy.create' } as const;
  return write<SavedPolicy>(ctx, spec, (tx, confirmed) =>
    idempotent<SavedPolicy>(
      tx,
      confirmed,
      { route: 'createPolicy', body },
      async () => {
        const { workspaceId } = body;
        const name = body.name.trim();
        requirePlaceManaged(confirmed, workspaceId);
        if (workspaceId !== null) await getWorkspace(tx, confirmed, workspaceId);
        requireValid(checked);
        await requireRoom(tx, confirmed, workspaceId);
        await requireRoomForText(tx, confirmed, workspaceId, body.text);
        await requireFreeName(tx, confirmed, workspaceId, name);
        const facts = {
          workspaceId,
          name,
          description: body.description ?? '',
          status: body.status ?? ('enabled' as const),
          mode: body.mode ?? ('enforce' as const),
          text: body.text,
        };
        const id = createId('policy', ctx.services.randomBytes);
        const createdAt = ctx.services.clock();
        await tx.insert(policy).values({
          id,
          organizationId: ctx.organizationId,
          ...facts,
          statements: [...checked.statements],
          version: 1,
          memberId: ctx.actor.memberId,
          createdByKeyId: callingKeyId(ctx),
          createdAt,
          updatedAt: createdAt,
        });
        await insertVersion(tx, confirmed, { policyId: id, number: 1, text: body.text });
        return {
          result: { ...(await readPolicy(tx, confirmed, id)), warnings: [...checked.warnings] },
          target: { type: 'policy', id, name, workspaceId },
          before: null,
          after: facts,
          changes: [{ kind: 'policy', subjectId: id, workspaceId }],
        };
      },
      (answer) => answer,
    ),
  );
}

interface PolicyEdit {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['updatePolicy']>['body'];
}

/**
 * Changes a policy. A text that differs from the current one becomes a new version.
 * @throws DomainError not_found, outside_workspace, edit_conflict, policy_invalid, invalid_state
 */
export async function updatePolicy(ctx: Ctx, { params, body }: PolicyEdit): Promise<SavedPolicy> {
  const checked = body.text === undefined ? undefined : await checkFor(ctx, body.text);
  const spec = { scope: 'policies.edit', action: 'policy.update' } as const;
  return write<SavedPolicy>(ctx, spec, async (tx, confirmed) => {
    const row = await lockPolicy(tx, confirmed, params.id);
    const before = editableOf(row);
    const after = {
      name: body.name?.trim() ?? row.name,
      description: body.description ?? row.description,
      mode: body.mode ?? row.mode,
      text: body.text ?? row.text,
    };
    requireCurrent(row, body.etag, after);
    const isNewText = after.text !== row.text;
    if (checked && isNewText) {
      requireValid(checked);
      await requireRoomForText(tx, confirmed, row.workspaceId, after.text, row.id);
    }
    if (after.name !== row.name) {
      await requireFreeName(tx, confirmed, row.workspaceId, after.name, row.id);
    }
    const version = isNewText ? row.version + 1 : row.version;
    const statements = checked && isNewText ? [...checked.statements] : row.statements;
    const isEdited = policyEtag(before) !== policyEtag(after);
    await tx
      .update(policy)
      .set({
        ...after,
        statements,
        version,
        updatedAt: isEdited ? ctx.services.clock() : row.updatedAt,
      })
      .where(eq(policy.id, row.id));
    if (isNewText) {
      await insertVersion(tx, confirmed, { policyId: row.id, number: version, text: after.text });
    }
    const saved = await readPolicy(tx, confirmed, row.id);
    return unlessUnchanged({
      result: { ...saved, warnings: [...(checked?.warnings ?? [])] },
      target: { type: 'policy', id: row.id, name: after.name, workspaceId: row.workspaceId },
      before: { ...before, version: row.version },
      after: { ...after, version },
      changes: isNewText || after.mode !== row.mode ? [changeOf(row)] : [],
    });
  });
}

/** What gateways hear of a policy that changed. */
export function changeOf({ id, workspaceId }: Pick<PolicyRow, 'id' | 'workspaceId'>) {
  return { kind: 'policy', subjectId: id, workspaceId } as const;
}
