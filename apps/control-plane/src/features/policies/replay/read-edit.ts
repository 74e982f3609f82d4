import type { RouteInput, Routes } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { type CountedStatement, policiesIn, readCountedStatement } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { visiblePolicies } from '../../../access/visibility.ts';
import type { Ctx } from '../../../context.ts';
import { policy } from '../../../db/schema/index.ts';
import { invalidField, notFound } from '../../../domain-error.ts';
import { checkFor, requireValid } from '../check-for.ts';

type Edited = RouteInput<Routes['replayPolicies']>['body']['policy'];

/** A policy as it is stored, and as it would be. */
export interface PolicyEdit {
  readonly id: string | undefined;
  /** Of the policy; null where it applies everywhere, and where it is new. */
  readonly workspaceId: string | null;
  /** Statements that gateways enforce now, in Cedar's JSON form. */
  readonly before: readonly unknown[];
  /** Statements that they would enforce. */
  readonly after: readonly unknown[];
}

/** @throws DomainError not_found, validation_failed, policy_invalid, rate_limited */
export async function readEdit(ctx: Ctx, { id, text, mode }: Edited): Promise<PolicyEdit> {
  const saved = id === undefined ? undefined : await readSaved(ctx, id);
  const statements = text === undefined ? saved?.statements : await readText(ctx, text);
  if (!statements) throw invalidField('policy', 'must have an id, a text, or both');
  const isEnforced = saved?.status === 'enabled' && saved.mode === 'enforce';
  return {
    id,
    workspaceId: saved?.workspaceId ?? null,
    before: saved && isEnforced ? saved.statements : [],
    after: mode === 'shadow' ? [] : statements,
  };
}

async function readSaved(ctx: Ctx, id: string) {
  const { workspaceId, status, mode, statements } = policy;
  const [row] = await ctx.services.db
    .select({ workspaceId, status, mode, statements })
    .from(policy)
    .where(and(visiblePolicies(ctx), eq(policy.id, id)));
  if (!row) throw notFound('policy', id);
  return row;
}

async function readText(ctx: Ctx, text: string): Promise<readonly unknown[]> {
  const checked = await checkFor(ctx, text);
  requireValid(checked, 'policy.text');
  return checked.statements;
}

/** What decides whether a call that was allowed would have been refused. */
export interface EditEffect {
  /** The edit adds them: a call to which one applies is refused. */
  readonly forbids: readonly CountedStatement[];
  /**
   * Permits after the edit, where it takes one away: a call to which none applies is refused.
   * Undefined where it takes none away, so that what permitted a call still does.
   */
  readonly permits: readonly CountedStatement[] | undefined;
}

/**
 * What the edit changes. A call that was allowed met no forbid that is in force, and a permit:
 * statements that stay as they are need not be asked.
 */
export function effectOf(ctx: Ctx, workspaceId: string, edit: PolicyEdit): EditEffect {
  const [before, after] = [edit.before, edit.after].map(namesOf);
  const added = edit.after.filter((each) => !before?.has(canonicalJson(each)));
  const removed = edit.before.filter((each) => !after?.has(canonicalJson(each)));
  const forbids = countedOf(added).filter(({ effect }) => effect === 'forbid');
  const takesPermit = countedOf(removed).some(({ effect }) => effect === 'permit');
  if (!takesPermit) return { forbids, permits: undefined };
  const { organizationId } = ctx;
  const others = policiesIn(ctx.services.keys.index(), organizationId, workspaceId)
    .filter(({ policyId, mode }) => policyId !== edit.id && mode === 'enforce')
    .flatMap(({ statements }) => statements);
  const permits = countedOf([...edit.after, ...others]).filter(({ effect }) => effect === 'permit');
  return { forbids, permits };
}

function namesOf(statements: readonly unknown[]): ReadonlySet<string> {
  return new Set(statements.map(canonicalJson));
}

function countedOf(statements: readonly unknown[]): CountedStatement[] {
  return statements.map((json) => readCountedStatement('edited', json));
}
