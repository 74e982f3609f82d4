import { useQuery } from '@tanstack/react-query';
import { formatMoney, type Invoice } from '@tollkeeper/contract';
import { LoadError } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { PortalButton } from './portal-button.tsx';
import { invoicesQuery } from './queries.ts';

const COLUMNS: readonly RecordColumn<Invoice>[] = [
  { header: 'Invoice', cell: InvoiceNumber },
  { header: 'Date', cell: ({ createdAt }) => <TimeAgoButton at={createdAt} /> },
  { header: 'Status', cell: ({ status }) => status },
  {
    header: 'Amount',
    look: 'w-28 text-right',
    cell: ({ amount, currency }) => formatMoney(amount, currency),
  },
];

/** Invoices of the payment provider, and the way to its portal. */
export function InvoicesPanel() {
  const { data, error, refetch } = useQuery(invoicesQuery);
  return (
    <Panel title="Invoices" aside={<PortalButton size="small">Manage payment</PortalButton>}>
      {error && !data ? (
        <div className="p-5">
          <LoadError what="the invoices" error={error} onRetry={() => void refetch()} />
        </div>
      ) : data?.length === 0 ? (
        <p className="px-5 pt-2 pb-4 text-soft">There are no invoices yet.</p>
      ) : (
        <RecordTable caption="Invoices" columns={COLUMNS} rows={data} />
      )}
    </Panel>
  );
}

function InvoiceNumber({ id, number, url }: Invoice) {
  const name = number ?? id;
  return url === null ? (
    name
  ) : (
    <a href={url} target="_blank" rel="noreferrer" className="text-accent-strong underline">
      {name}
    </a>
  );
}
