import type { AuditAction, WebhookDisableReason } from '@tollkeeper/contract';
import { webhookEndpoint } from '../../../db/schema/index.ts';
import type { Facts } from '../../../write/audit.ts';
import { jobSource } from '../../../write/job-source.ts';
import { commit, type WriteServices } from '../../../write/write.ts';
import { type EndpointRow, endpointTarget, isEndpoint } from '../endpoint-view.ts';

/** The job that sends webhooks, as its events name it. */
export const DELIVER_WEBHOOKS = 'deliver-webhooks';

/** Disables an endpoint by what it answered, with an audit event, of which members are notified. */
export function disableEndpoint(
  services: WriteServices,
  endpoint: EndpointRow,
  disabledReason: WebhookDisableReason,
): Promise<void> {
  return changeEndpoint(services, endpoint, 'webhook_endpoint.disable', ({ failingSince }) => ({
    set: { status: 'disabled', disabledReason },
    before: { status: 'enabled' },
    after: {
      ...{ status: 'disabled', disabledReason },
      failingSince: failingSince?.toISOString() ?? null,
    },
  }));
}

/** Records, once until it works again, that an endpoint fails: the members whom it concerns are notified of the event. */
export function reportFailing(
  services: WriteServices,
  endpoint: EndpointRow,
  at: Date,
): Promise<void> {
  return changeEndpoint(
    services,
    endpoint,
    'webhook_endpoint.fail',
    ({ failingSince, warnedAt }) =>
      failingSince === null || warnedAt !== null
        ? undefined
        : {
            set: { warnedAt: at },
            before: { failingSince: null },
            after: { failingSince: failingSince.toISOString() },
          },
  );
}

interface Change {
  readonly set: Partial<EndpointRow>;
  readonly before: Facts;
  readonly after: Facts;
}

/** Under the lock of the endpoint, and only while it is enabled, so that of several processes one does it. */
function changeEndpoint(
  services: WriteServices,
  { organizationId, id }: EndpointRow,
  action: AuditAction,
  changeOf: (row: EndpointRow) => Change | undefined,
): Promise<void> {
  const isThis = isEndpoint(organizationId, id);
  return commit<void>(services, jobSource(organizationId, DELIVER_WEBHOOKS, action), async (tx) => {
    const [row] = await tx.select().from(webhookEndpoint).where(isThis).for('update');
    const change = row?.status === 'enabled' ? changeOf(row) : undefined;
    if (!row || !change) return { replayed: undefined };
    const { set, before, after } = change;
    await tx.update(webhookEndpoint).set(set).where(isThis);
    return { result: undefined, target: endpointTarget(row), before, after, changes: [] };
  });
}
