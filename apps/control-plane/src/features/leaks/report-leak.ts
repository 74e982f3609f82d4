import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireScope } from '../../access/require-scope.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError, invalidField, notFound } from '../../domain-error.ts';
import { auditActor, commit, write } from '../../write/write.ts';
import { endCreated } from './end-created.ts';
import { findLeaked, type LeakedKey } from './find-leaked.ts';
import { findLeak } from './leak-view.ts';
import { type LeakReport, type RecordedFindings, recordFindings } from './record-findings.ts';

type Body = RouteInput<Routes['reportLeak']>['body'];
type Answer = RouteOutput<Routes['reportLeak']>;

/**
 * Reports a key by its whole text, which proves that the reporter holds it: they could use it, and have
 * nothing to gain from its end. The answer is the same for a key that is not known, that is a canary key, or that
 * the caller does not see.
 * @throws DomainError validation_failed, insufficient_scope, not_found, rate_limited
 */
export async function reportLeak(ctx: Ctx, { body }: { body: Body }): Promise<Answer> {
  const { key, keyId } = body;
  if ((key === undefined) === (keyId === undefined)) {
    throw invalidField('key', 'must be given, or else keyId: exactly one of the two');
  }
  const leakId =
    key === undefined ? await reportChosen(ctx, body) : await reportText(ctx, body, key);
  return { leak: leakId === undefined ? null : ((await findLeak(ctx, leakId)) ?? null) };
}

async function reportChosen(ctx: Ctx, { keyId = '', url, source }: Body) {
  requireScope(ctx, 'integrations.manage');
  const { organizationId, services } = ctx;
  const finding = { keyId, isInForce: true, url: url ?? null, source: source ?? null };
  const recorded = await write<RecordedFindings>(
    ctx,
    { scope: 'integrations.manage', action: 'api_key.report_leak' },
    async (tx, confirmed) => {
      const isVisible = and(visibleKeys(confirmed), eq(apiKey.id, keyId));
      const [seen] = await tx.select({ id: apiKey.id }).from(apiKey).where(isVisible);
      if (!seen) throw notFound('API key', keyId);
      return recordFindings(tx, services, organizationId, reportOf(ctx, 'member', [finding]));
    },
  );
  return afterwards(ctx, organizationId, recorded);
}

async function reportText(ctx: Ctx, body: Body, text: string): Promise<string | undefined> {
  const { services, origin } = ctx;
  const attempt = services.leaks.throttle.enter(origin.ip);
  if (!attempt) {
    throw new DomainError(
      'rate_limited',
      'Too many texts were reported that are no keys. Try again later.',
    );
  }
  const leaked = findLeaked(services, text);
  attempt.leave(leaked === undefined);
  return leaked && recordText(ctx, body, leaked);
}

async function recordText(ctx: Ctx, { url, source }: Body, leaked: LeakedKey) {
  const { services, origin } = ctx;
  const { organizationId } = leaked;
  const isOwn = organizationId === ctx.organizationId;
  const actor = isOwn ? auditActor(ctx) : ({ type: 'system', job: 'report-leak' } as const);
  // Who reports from another organization is nobody's to know.
  const shown = isOwn ? origin : { requestId: origin.requestId, ip: null, userAgent: null };
  const finding = { ...leaked, url: url ?? null, source: source ?? null };
  const entry = { organizationId, actor, action: 'api_key.report_leak', origin: shown } as const;
  const recorded = await commit(services, entry, (tx) =>
    recordFindings(tx, services, organizationId, reportOf(ctx, 'holder', [finding], isOwn)),
  );
  return afterwards(ctx, organizationId, recorded);
}

function reportOf(
  { actor, origin: { requestId } }: Ctx,
  reporter: LeakReport['reporter'],
  findings: LeakReport['findings'],
  isOwn = true,
): LeakReport {
  return { reporter, reportedBy: isOwn ? actor.memberId : null, requestId, findings };
}

function afterwards(ctx: Ctx, organizationId: string, { leakIds, cascadeId }: RecordedFindings) {
  endCreated(ctx.services, organizationId, cascadeId);
  return leakIds[0];
}
