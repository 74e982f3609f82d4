import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { LoadError } from '../../../components/load-error.tsx';
import { useMediaQuery } from '../../../lib/use-media-query.ts';
import { useCan } from '../../sessions/index.ts';
import { type KeyAction, KeyDialogs } from '../actions/key-dialogs.tsx';
import type { KeyPageOfList } from '../key-queries.ts';
import { BulkBar } from './bulk-bar.tsx';
import { KeyCards } from './key-cards.tsx';
import { KeyPager } from './key-pager.tsx';
import { isFiltered, type KeySearch } from './key-search.ts';
import { KeyTable } from './key-table.tsx';
import { KeyToolbar } from './key-toolbar.tsx';
import type { KeysPageProps } from './keys-page-props.ts';
import { NoMatches } from './no-keys.tsx';
import { useKeySelection } from './use-key-selection.ts';
import { usePageTop } from './use-page-top.ts';

type KeyList = UseQueryResult<KeyPageOfList>;

interface KeyListSectionProps extends KeysPageProps {
  readonly list: KeyList;
}

/** Toolbar, table (cards on phones) and pager, and what stands there when nothing matches. */
export function KeyListSection({ search, trail, onSearch, list }: KeyListSectionProps) {
  const { data, error, refetch, isPlaceholderData } = list;
  const [action, setAction] = useState<KeyAction>();
  const maySelect = useCan('api_keys.revoke');
  const selection = useKeySelection(search, isPlaceholderData ? undefined : data);
  const wide = useMediaQuery('(min-width: 48rem)');
  const List = wide ? KeyTable : KeyCards;
  const empty = isEmpty(search, list);
  const [top, onTurn] = usePageTop(isPlaceholderData ? undefined : data);
  return (
    <section ref={top} aria-label="Keys" className="scroll-mt-16 lg:scroll-mt-4">
      <KeyToolbar search={search} onSearch={onSearch} />
      {error && !data ? (
        <LoadError what="the keys" error={error} onRetry={refetch} />
      ) : (
        <div
          aria-busy={!data || isPlaceholderData}
          className="rounded-xl border border-line bg-surface"
        >
          {empty ? (
            <NoMatches onClear={() => onSearch({})} />
          ) : (
            <List
              keys={data?.data}
              search={search}
              selection={maySelect ? selection : undefined}
              dimmed={isPlaceholderData}
              onSearch={onSearch}
              onAction={setAction}
            />
          )}
          {maySelect ? <BulkBar selection={selection} totalCount={data?.totalCount ?? 0} /> : null}
          <KeyPager
            search={search}
            trail={trail}
            count={data?.data.length}
            totalCount={data?.totalCount}
            nextCursor={isPlaceholderData ? null : (data?.nextCursor ?? null)}
            onSearch={(next, nextTrail) => {
              onTurn();
              onSearch(next, nextTrail);
            }}
          />
        </div>
      )}
      <KeyDialogs action={action} onClose={() => setAction(undefined)} />
    </section>
  );
}

/** There is no key at all, rather than none that matches. */
export function isWithoutKeys(search: KeySearch, list: KeyList): boolean {
  return !isFiltered(search) && isEmpty(search, list);
}

function isEmpty({ cursor }: KeySearch, { data, isPlaceholderData }: KeyList): boolean {
  return data?.data.length === 0 && !isPlaceholderData && !cursor;
}
