import { Link } from '@tanstack/react-router';
import type { PolicySummary } from '@tollkeeper/contract';
import {
  actionsColumn,
  type RecordColumn,
  RecordTable,
} from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { MODE_WORDS, PolicyPlace, PolicyStatusWord } from '../policy-words.tsx';
import type { PolicyAction } from './policy-dialogs.tsx';
import { PolicyMenu } from './policy-menu.tsx';

interface PolicyTableProps {
  readonly policies: readonly PolicySummary[] | undefined;
  readonly onAction: (action: PolicyAction) => void;
}

export function PolicyTable({ policies, onAction }: PolicyTableProps) {
  return (
    <section aria-label="Policies" className="rounded-xl border border-line bg-surface">
      <RecordTable caption="Policies" columns={columns(onAction)} rows={policies} />
    </section>
  );
}

function columns(onAction: (action: PolicyAction) => void): RecordColumn<PolicySummary>[] {
  return [
    { header: 'Name', cell: (policy) => <NameCell policy={policy} /> },
    {
      header: 'Applies in',
      look: 'w-40 hidden md:table-cell',
      cell: (policy) => (
        <span className="block truncate">
          <PolicyPlace policy={policy} />
        </span>
      ),
    },
    {
      header: 'Status',
      look: 'w-28 hidden sm:table-cell',
      cell: ({ status }) => <PolicyStatusWord status={status} />,
    },
    {
      header: 'Mode',
      look: 'w-24 hidden sm:table-cell',
      cell: ({ mode }) => MODE_WORDS[mode],
    },
    {
      header: 'Version',
      look: 'w-20 hidden lg:table-cell',
      cell: ({ version }) => version,
    },
    {
      header: 'Last change',
      look: 'w-36 hidden cell-small lg:table-cell',
      cell: ({ updatedAt }) => <TimeAgo at={updatedAt} />,
    },
    actionsColumn((policy) => <PolicyMenu policy={policy} onAction={onAction} />),
  ];
}

function NameCell({ policy }: { readonly policy: PolicySummary }) {
  const { id, name, description, status, mode } = policy;
  return (
    <>
      <Link
        to="/policies/$id"
        params={{ id }}
        title={name}
        className="block truncate rounded-sm font-medium underline-offset-4 hover:underline"
      >
        {name}
      </Link>
      {description ? (
        <p className="truncate text-[0.8125rem] text-soft" title={description}>
          {description}
        </p>
      ) : null}
      <p className="text-[0.8125rem] text-soft [overflow-wrap:anywhere] sm:hidden">
        {status === 'enabled' ? 'Enabled' : 'Disabled'}, {MODE_WORDS[mode].toLowerCase()}, in{' '}
        {policy.workspaceId === null ? 'every workspace' : <PolicyPlace policy={policy} />}
      </p>
      <p className="hidden text-[0.8125rem] text-soft [overflow-wrap:anywhere] sm:block md:hidden">
        <PolicyPlace policy={policy} />
      </p>
    </>
  );
}
