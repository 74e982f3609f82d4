import { type RouteInput, type Routes, WEBHOOK_RESENT_MAX } from '@tollkeeper/contract';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { webhookDelivery } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { write } from '../../write/write.ts';
import { type EndpointRow, endpointTarget, lockEndpoint } from './endpoint-view.ts';
import { isOfEvent } from './list-webhook-deliveries.ts';
import { requireEnabled } from './manage-webhook-endpoint.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['resendWebhooks']>['body'];
}

/**
 * Makes deliveries due again, with all their attempts before them: one, whatever became of it, or all that were
 * given up.
 * @throws DomainError not_found, invalid_state, validation_failed
 */
export async function resendWebhooks(
  ctx: Ctx,
  { params: { id }, body: { eventId, failedSince } }: Input,
): Promise<{ resentCount: number }> {
  const isOne = (eventId === undefined) !== (failedSince === undefined);
  if (!isOne) throw invalidField('eventId', 'or "failedSince" is needed, and not both of them');
  const spec = { scope: 'audit.webhook_manage', action: 'webhook_endpoint.resend' } as const;
  const resent = await write<{ resentCount: number }>(ctx, spec, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, id);
    requireEnabled(row, 'resend events to');
    const now = ctx.services.clock();
    const chosen =
      eventId === undefined
        ? failedFrom(row, failedSince)
        : isOfEvent(confirmed, webhookDelivery.sequence, eventId);
    const resentCount = await makeDue(tx, row, chosen, now);
    if (eventId !== undefined && resentCount === 0) throw notFound('delivery of', eventId);
    return {
      result: { resentCount },
      target: endpointTarget(row),
      before: null,
      after: eventId === undefined ? { failedSince, resentCount } : { eventId },
      changes: [],
    };
  });
  ctx.services.webhooks.wake();
  return resent;
}

function failedFrom({ organizationId, id }: EndpointRow, since: string | undefined) {
  return sql`${webhookDelivery.sequence} = any(array(
    select failed.sequence from webhook_delivery as failed
    where failed.organization_id = ${organizationId} and failed.endpoint_id = ${id}
      and failed.status = 'failed' and failed.created_at >= ${since}::timestamptz
    order by failed.sequence limit ${WEBHOOK_RESENT_MAX}))`;
}

async function makeDue(
  tx: Transaction,
  { organizationId, id }: EndpointRow,
  chosen: SQL,
  now: Date,
): Promise<number> {
  const { claimedUntil, nextAttemptAt } = webhookDelivery;
  const at = sql`${now.toISOString()}::timestamptz`;
  // What is under way keeps its place among those that an endpoint has.
  const isUnderWay = sql`status = 'pending' and ${claimedUntil} > ${at}`;
  const { rowCount } = await tx
    .update(webhookDelivery)
    .set({
      ...{ status: 'pending', triesCount: 0, finishedAt: null },
      nextAttemptAt: sql`case when ${isUnderWay} then ${nextAttemptAt} else ${at} end`,
      claimedUntil: sql`case when ${isUnderWay} then ${claimedUntil} end`,
    })
    .where(
      and(
        eq(webhookDelivery.organizationId, organizationId),
        eq(webhookDelivery.endpointId, id),
        chosen,
      ),
    );
  return rowCount ?? 0;
}
