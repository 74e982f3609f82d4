import { randomUUID } from 'node:crypto';
import { webhookEndpoint } from '../../../db/schema/index.ts';
import { commit, type WriteServices } from '../../../write/write.ts';
import { type EndpointRow, endpointTarget, isEndpoint } from '../endpoint-view.ts';
import { DELIVER_WEBHOOKS } from './disable-endpoint.ts';

/** Records, once until it works again, that an endpoint fails: the members whom it concerns are notified of the event. */
export function reportFailing(
  services: WriteServices,
  { organizationId, id }: EndpointRow,
  at: Date,
): Promise<void> {
  const source = {
    organizationId,
    actor: { type: 'system', job: DELIVER_WEBHOOKS } as const,
    action: 'webhook_endpoint.fail' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  return commit<void>(services, source, async (tx) => {
    const [row] = await tx
      .select()
      .from(webhookEndpoint)
      .where(isEndpoint(organizationId, id))
      .for('update');
    if (row?.status !== 'enabled' || row.failingSince === null || row.warnedAt !== null) {
      return { replayed: undefined };
    }
    await tx.update(webhookEndpoint).set({ warnedAt: at }).where(isEndpoint(organizationId, id));
    return {
      result: undefined,
      target: endpointTarget(row),
      before: { failingSince: null },
      after: { failingSince: row.failingSince.toISOString() },
      changes: [],
    };
  });
}
