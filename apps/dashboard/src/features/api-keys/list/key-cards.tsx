import type { ApiKey } from '@tollkeeper/contract';
import { useId } from 'react';
import { TriStateCheckbox } from '../../../components/forms/controls.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { MaskedPrefix } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { useRowFocus } from '../../../lib/hooks.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { ScopesPopover } from '../../scopes/index.ts';
import { WorkspaceName } from '../../workspaces/index.ts';
import { KeyMenu } from '../actions/key-menu.tsx';
import { CanaryBadge } from '../create/canary-field.tsx';
import { KeyStatusWord } from '../key-status-word.tsx';
import { TagsLine } from '../tag-list.tsx';
import { KeyLink } from './key-columns.tsx';
import type { KeyListProps } from './key-table.tsx';

const PLACES = ['a', 'b', 'c', 'd'];

/** The list on phones: a card for each key. */
export function KeyCards({ keys, search, selection, dimmed, onAction }: KeyListProps) {
  const selectAllId = useId();
  const list = useRowFocus<HTMLUListElement>();
  return (
    <>
      {selection && keys ? (
        <div className="flex items-center gap-3 border-line border-b px-4 py-2.5 text-[0.8125rem] text-soft">
          <TriStateCheckbox
            id={selectAllId}
            state={selection.onPage}
            disabled={dimmed}
            onChange={selection.togglePage}
          />
          <label htmlFor={selectAllId}>Select all keys on this page</label>
        </div>
      ) : null}
      <ul
        ref={list}
        className={joinClasses('divide-y divide-line transition-opacity', dimmed && 'opacity-50')}
      >
        {keys
          ? keys.map((key) => (
              <li
                key={key.id}
                className={joinClasses(
                  'flex items-start gap-2 py-3 pr-2 pl-4',
                  selection?.has(key.id) && 'bg-tint',
                )}
              >
                {selection ? (
                  <input
                    type="checkbox"
                    className="mt-0.5 mr-1"
                    aria-label={`Select ${key.name}`}
                    checked={selection.has(key.id)}
                    onChange={() => selection.toggle(key)}
                  />
                ) : null}
                <div className="flex min-w-0 flex-1 flex-col gap-1.5">
                  <KeyLink apiKey={key} search={search} />
                  {key.canary ? <CanaryBadge /> : null}
                  <CardFacts apiKey={key} />
                  <TagsLine holder={key} search={search} />
                </div>
                <KeyMenu apiKey={key} search={search} onAction={onAction} />
              </li>
            ))
          : PLACES.map((place) => (
              <li key={place} className="flex h-24 items-center px-4">
                <Skeleton className="w-full" />
              </li>
            ))}
      </ul>
    </>
  );
}

function CardFacts({ apiKey }: { readonly apiKey: ApiKey }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-[0.8125rem]">
      <KeyStatusWord apiKey={apiKey} />
      <MaskedPrefix prefix={apiKey.prefix} className="text-soft" />
      <ScopesPopover holder={apiKey} />
      {apiKey.workspaceId ? (
        <span className="text-soft">
          in <WorkspaceName id={apiKey.workspaceId} />
        </span>
      ) : null}
      <span className="text-soft">
        {apiKey.lastUsedAt ? (
          <>
            used <TimeAgo at={apiKey.lastUsedAt} />
          </>
        ) : (
          'never used'
        )}
      </span>
      {apiKey.expiresAt && apiKey.status !== 'revoked' ? (
        <span className="text-soft">
          expires <TimeAgo at={apiKey.expiresAt} />
        </span>
      ) : null}
    </div>
  );
}
