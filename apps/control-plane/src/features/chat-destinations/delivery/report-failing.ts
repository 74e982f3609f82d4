import type { AuditAction, ChatDisableReason } from '@tollkeeper/contract';
import { chatDestination } from '../../../db/schema/index.ts';
import type { Facts } from '../../../write/audit.ts';
import { jobSource } from '../../../write/job-source.ts';
import { commit, type WriteServices } from '../../../write/write.ts';
import { type DestinationRow, destinationTarget, isDestination } from '../destination-view.ts';
import type { Plan } from './plan-message.ts';

/** The job that sends notifications to chats, as its events name it. */
export const DELIVER_CHATS = 'deliver-chats';

/** Records, once until it works again, that a destination fails: the members whom it concerns are notified of the event. */
export function reportFailing(
  services: WriteServices,
  destination: DestinationRow,
  at: Date,
): Promise<void> {
  return report(services, destination, 'chat_destination.fail', (row) =>
    row.failingSince === null || row.warnedAt !== null
      ? undefined
      : { set: { warnedAt: at }, before: { failingSince: null }, after: {} },
  );
}

/** Disables a destination by what it answered, with an audit event, of which members are notified. */
export function disableDestination(
  services: WriteServices,
  destination: DestinationRow,
  disabledReason: ChatDisableReason,
): Promise<void> {
  return report(services, destination, 'chat_destination.disable', () => ({
    set: { status: 'disabled', disabledReason },
    before: { status: 'enabled' },
    after: { status: 'disabled', disabledReason },
  }));
}

/** Records that the service refused the text of notifications, which are in the channel without it. */
export function reportRefused(
  services: WriteServices,
  destination: DestinationRow,
  { shown }: Plan,
  problem: string | null,
): Promise<void> {
  const kinds = [...new Set(shown.map(({ kind }) => kind))];
  return report(services, destination, 'chat_destination.refuse', () => ({
    ...{ set: {}, before: {}, after: { problem, kinds } },
  }));
}

interface Report {
  readonly set: Partial<DestinationRow>;
  readonly before: Facts;
  readonly after: Facts;
}

/** Under the lock of the destination, so that of several processes one reports. */
function report(
  services: WriteServices,
  { organizationId, id }: DestinationRow,
  action: AuditAction,
  reportOf: (row: DestinationRow) => Report | undefined,
): Promise<void> {
  const source = jobSource(organizationId, DELIVER_CHATS, action);
  const isThis = isDestination(organizationId, id);
  return commit<void>(services, source, async (tx) => {
    const [row] = await tx.select().from(chatDestination).where(isThis).for('update');
    const found = row?.status === 'enabled' ? reportOf(row) : undefined;
    if (!row || !found) return { replayed: undefined };
    if (Object.keys(found.set).length > 0) {
      await tx.update(chatDestination).set(found.set).where(isThis);
    }
    return {
      result: undefined,
      target: destinationTarget(row),
      before: found.before,
      after: { ...found.after, failingSince: row.failingSince?.toISOString() ?? null },
      changes: [],
    };
  });
}
