import type { PolicyFinding, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { workspace } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { checkFor } from './check-for.ts';

interface Validation {
  readonly errors: PolicyFinding[];
  readonly warnings: PolicyFinding[];
}

type Body = RouteInput<Routes['validatePolicy']>['body'];

/** @throws DomainError not_found for a workspace that the caller does not see */
export async function validatePolicy(ctx: Ctx, { body }: { body: Body }): Promise<Validation> {
  if (body.workspaceId) await requireWorkspace(ctx, body.workspaceId);
  const { errors, warnings } = await checkFor(ctx, body.text);
  return { errors: [...errors], warnings: [...warnings] };
}

async function requireWorkspace(ctx: Ctx, id: string): Promise<void> {
  const isHere = and(eq(workspace.organizationId, ctx.organizationId), eq(workspace.id, id));
  const [found] = await ctx.services.db.select({ id: workspace.id }).from(workspace).where(isHere);
  if (!found || (ctx.workspaceId !== null && ctx.workspaceId !== id)) {
    throw notFound('workspace', id);
  }
}
