import type { Services } from '../context.ts';
import { isAnyEnabled } from './is-any-enabled.ts';
import type { Delivery } from './run-delivery.ts';

/** How long what receives rests after a fault of this server. */
const FAULT_MS = 60_000;
/** One of each. */
const AT_ONCE_MAX = 50;

/** A row on which this process has the lease. */
interface Leased {
  readonly row: { readonly organizationId: string; readonly id: string };
}

interface LeasedKind<Claimed extends Leased, Outcome>
  extends Pick<Delivery<Claimed, Outcome>, 'claim' | 'send' | 'record'> {
  readonly table: 'log_stream' | 'chat_destination';
  /** Ends the lease: the row is not due before then. */
  readonly release: (row: Claimed['row'], until: Date) => Promise<void>;
}

/** A delivery of which a process has each receiver for itself, sends to it once, and leaves it. */
export function leasedDelivery<Claimed extends Leased, Outcome>(
  { db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>,
  { table, release, ...kind }: LeasedKind<Claimed, Outcome>,
): Delivery<Claimed, Outcome> {
  const releaseFor = ({ row }: Claimed, waitMs: number) =>
    release(row, new Date(clock().getTime() + waitMs));
  return {
    ...kind,
    atOnceMax: AT_ONCE_MAX,
    organizationOf: ({ row }) => row.organizationId,
    giveBack: (claimed) => releaseFor(claimed, 0),
    async onFault(claimed, error) {
      const { organizationId, id } = claimed.row;
      log.error({ err: error, organizationId, id }, `${table.replace('_', ' ')} not delivered`);
      await releaseFor(claimed, FAULT_MS);
    },
    isAnyEnabled: () => isAnyEnabled(db, table),
  };
}
