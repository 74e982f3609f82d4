import type { DefinedApiScope } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { TextInput } from '../../components/forms/controls.tsx';
import { DeleteItem, EditItem, RecordMenu } from '../../components/menu.tsx';
import { actionsColumn, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import type { ApiScopeAction } from './api-scope-dialogs.tsx';

interface ApiScopeTableProps {
  readonly apiScopes: readonly DefinedApiScope[] | undefined;
  readonly onAction: (action: ApiScopeAction) => void;
}

/** More rows make the page slow; a search finds the others sooner. */
const SHOWN_AT_FIRST = 100;

export function ApiScopeTable({ apiScopes, onAction }: ApiScopeTableProps) {
  const [text, setText] = useState('');
  const [isWhole, setIsWhole] = useState(false);
  const mayEdit = useCan('policies.edit');
  const mayDelete = useCan('policies.delete');
  const found = apiScopes?.filter((each) => matches(each, text));
  const shown = isWhole ? found : found?.slice(0, SHOWN_AT_FIRST);
  const hidden = (found?.length ?? 0) - (shown?.length ?? 0);
  const menu = actionsColumn<Row>((apiScope) => (
    <RecordMenu name={apiScope.name}>
      {mayEdit ? <EditItem onSelect={() => onAction({ kind: 'edit', apiScope })} /> : null}
      {mayDelete ? <DeleteItem onSelect={() => onAction({ kind: 'delete', apiScope })} /> : null}
    </RecordMenu>
  ));
  return (
    <section aria-label="API scopes" className="rounded-xl border border-line bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b px-5 py-3">
        <TextInput
          type="search"
          aria-label="Search API scopes"
          placeholder="Search API scopes"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="max-w-64"
        />
        <p role="status" className="text-[0.8125rem] text-soft">
          {found ? counted(found.length, 'API scope') : null}
        </p>
      </div>
      <RecordTable
        caption="API scopes"
        columns={mayEdit || mayDelete ? [...COLUMNS, menu] : COLUMNS}
        rows={shown?.map((each) => ({ ...each, id: each.name }))}
      />
      {found?.length === 0 ? (
        <p className="px-5 py-8 text-center text-soft">No API scope matches.</p>
      ) : null}
      {hidden > 0 ? (
        <div className="border-line border-t px-5 py-3 text-center">
          <Button look="quiet" onClick={() => setIsWhole(true)}>
            Show {formatCount(hidden)} more
          </Button>
        </div>
      ) : null}
    </section>
  );
}

type Row = DefinedApiScope & { readonly id: string };

const COLUMNS: readonly RecordColumn<Row>[] = [
  {
    header: 'Name',
    look: 'sm:w-72',
    cell: ({ name, description }) => (
      <>
        <code className="block font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{name}</code>
        <p className="text-[0.8125rem] text-soft [overflow-wrap:anywhere] sm:hidden">
          {description}
        </p>
      </>
    ),
  },
  {
    header: 'Description',
    look: 'hidden sm:table-cell',
    cell: ({ description }) => (
      <p className="line-clamp-2 text-soft [overflow-wrap:anywhere]" title={description}>
        {description}
      </p>
    ),
  },
  {
    header: 'Created',
    look: 'w-32 hidden cell-small md:table-cell',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
  },
];

function matches({ name, description }: DefinedApiScope, text: string): boolean {
  const searched = `${name} ${description}`.toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => searched.includes(word));
}
