import { Link } from '@tanstack/react-router';
import { createColumnHelper, metaHelper, tableFeatures } from '@tanstack/react-table';
import type { ApiKey, KeySort } from '@tollkeeper/contract';
import { createContext, use } from 'react';
import { CutText, MaskedPrefix } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { ScopesPopover } from '../../scopes/index.ts';
import { WorkspaceName } from '../../workspaces/index.ts';
import type { KeyAction } from '../actions/key-dialogs.tsx';
import { KeyMenu } from '../actions/key-menu.tsx';
import { CanaryBadge } from '../create/canary-field.tsx';
import { ExpiryWord, KeyStatusWord } from '../key-status-word.tsx';
import { TagsLine } from '../tag-list.tsx';
import type { KeySearch } from './key-search.ts';

interface ColumnMeta {
  /** Width and the window size from which the column is shown. Fixed, so that no page jumps. */
  readonly look: string;
  readonly sort?: KeySort;
  /** The heading is only spoken: what stands below explains itself to those who see it. */
  readonly spoken?: true;
}

export const keyTableFeatures = tableFeatures({
  columnMeta: metaHelper<ColumnMeta>(),
});

const column = createColumnHelper<typeof keyTableFeatures, ApiKey>();

export const KEY_COLUMNS = column.columns([
  column.display({
    id: 'name',
    header: 'Name',
    meta: { look: '', sort: 'name' },
    cell: ({ row }) => <NameCell apiKey={row.original} />,
  }),
  column.display({
    id: 'prefix',
    header: 'Prefix',
    meta: { look: 'w-31' },
    cell: ({ row }) => <MaskedPrefix prefix={row.original.prefix} className="text-soft" />,
  }),
  column.display({
    id: 'status',
    header: 'Status',
    meta: { look: 'w-27' },
    cell: ({ row }) => <KeyStatusWord apiKey={row.original} />,
  }),
  column.display({
    id: 'scopes',
    header: 'Scopes',
    meta: { look: 'w-23' },
    cell: ({ row }) => <ScopesPopover holder={row.original} />,
  }),
  column.display({
    id: 'workspace',
    header: 'Workspace',
    meta: { look: 'w-30 hidden min-[74rem]:table-cell' },
    cell: ({ row: { original } }) => <WorkspaceCell id={original.workspaceId} />,
  }),
  column.display({
    id: 'createdBy',
    header: 'Created by',
    meta: { look: 'w-34 hidden min-[88rem]:table-cell' },
    cell: ({ row: { original } }) => (
      <CutText
        text={original.createdBy.name}
        title={original.createdBy.email ?? original.createdBy.name}
      />
    ),
  }),
  column.display({
    id: 'createdAt',
    header: 'Created',
    meta: { look: 'w-30 hidden cell-small min-[96rem]:table-cell', sort: 'createdAt' },
    cell: ({ row }) => <TimeAgo at={row.original.createdAt} />,
  }),
  column.display({
    id: 'lastUsedAt',
    header: 'Last used',
    meta: { look: 'w-30 cell-small', sort: 'lastUsedAt' },
    cell: ({ row: { original } }) =>
      original.lastUsedAt ? (
        <TimeAgo at={original.lastUsedAt} />
      ) : (
        <span className="text-faint">Never</span>
      ),
  }),
  column.display({
    id: 'expiresAt',
    header: 'Expires',
    meta: { look: 'w-30 hidden cell-small min-[80rem]:table-cell', sort: 'expiresAt' },
    cell: ({ row }) => <ExpiryWord apiKey={row.original} />,
  }),
  column.display({
    id: 'menu',
    header: 'Actions',
    meta: { look: 'w-12', spoken: true },
    cell: ({ row }) => <MenuCell apiKey={row.original} />,
  }),
]);

function WorkspaceCell({ id }: { readonly id: string | null }) {
  if (id === null) return <span className="text-faint">All</span>;
  return (
    <span className="block truncate text-soft">
      <WorkspaceName id={id} />
    </span>
  );
}

function NameCell({ apiKey }: { readonly apiKey: ApiKey }) {
  const { search } = use(KeyListContext);
  return (
    <>
      <KeyLink apiKey={apiKey} search={search} />
      {apiKey.canary ? <CanaryBadge /> : null}
      <TagsLine holder={apiKey} search={search} />
    </>
  );
}

function MenuCell({ apiKey }: { readonly apiKey: ApiKey }) {
  return <KeyMenu apiKey={apiKey} {...use(KeyListContext)} />;
}

interface KeyLinkProps {
  readonly apiKey: ApiKey;
  /** The list that the key's page leads back to. */
  readonly search: KeySearch;
}

export function KeyLink({ apiKey, search }: KeyLinkProps) {
  return (
    <Link
      to="/api-keys/$id"
      params={{ id: apiKey.id }}
      state={(before) => ({ ...before, listSearch: search })}
      title={apiKey.name}
      className="block truncate rounded-sm font-medium hover:text-accent-strong hover:underline hover:underline-offset-4"
    >
      {apiKey.name}
    </Link>
  );
}

interface KeyListPlace {
  /** The list that a key's page leads back to. */
  readonly search: KeySearch;
  readonly onAction: (action: KeyAction) => void;
}

/**
 * What the cells of the list need beside their key. Columns that closed over it would be others
 * with each search, and all cells be made anew.
 */
export const KeyListContext = createContext<KeyListPlace>({
  search: {},
  onAction: () => undefined,
});
