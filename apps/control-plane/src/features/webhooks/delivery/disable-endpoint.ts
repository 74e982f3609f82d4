import { randomUUID } from 'node:crypto';
import type { WebhookDisableReason } from '@tollkeeper/contract';
import { webhookEndpoint } from '../../../db/schema/index.ts';
import { commit, type WriteServices } from '../../../write/write.ts';
import { type EndpointRow, endpointTarget, isEndpoint } from '../endpoint-view.ts';

/** The job that sends webhooks, as its events name it. */
export const DELIVER_WEBHOOKS = 'deliver-webhooks';

/** Disables an endpoint by what it answered, with an audit event, of which members are notified. */
export function disableEndpoint(
  services: WriteServices,
  { organizationId, id }: EndpointRow,
  disabledReason: WebhookDisableReason,
): Promise<void> {
  const source = {
    organizationId,
    actor: { type: 'system', job: DELIVER_WEBHOOKS } as const,
    action: 'webhook_endpoint.disable' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  return commit<void>(services, source, async (tx) => {
    const [row] = await tx
      .select()
      .from(webhookEndpoint)
      .where(isEndpoint(organizationId, id))
      .for('update');
    if (row?.status !== 'enabled') return { replayed: undefined };
    await tx
      .update(webhookEndpoint)
      .set({ status: 'disabled', disabledReason })
      .where(isEndpoint(organizationId, id));
    return {
      result: undefined,
      target: endpointTarget(row),
      before: { status: 'enabled' },
      after: {
        status: 'disabled',
        disabledReason,
        failingSince: row.failingSince?.toISOString() ?? null,
      },
      changes: [],
    };
  });
}
