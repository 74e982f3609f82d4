import type { UseQueryResult } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { useState } from 'react';
import { SearchInput } from '../../../components/forms/controls.tsx';
import { LoadError, Notice } from '../../../components/notice.tsx';
import { Panel, ShowAll, useCapped } from '../../../components/panel.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { formatCount } from '../../../lib/format.ts';
import { useMediaQuery } from '../../../lib/hooks.ts';
import { type GatewayAction, GatewayDialogs } from './gateway-dialogs.tsx';
import { GatewayCards, GatewayTable } from './gateway-list.tsx';
import { countStates, findGateways, GATEWAY_STATE_LOOKS, sortGateways } from './gateway-state.ts';

/** From that many on, looking for one by eye is a chore. */
const SEARCHED_FROM = 8;
const ROWS_MAX = 100;
const NONE: readonly Gateway[] = [];

interface GatewaysPanelProps {
  readonly list: UseQueryResult<Gateway[]>;
}

export function GatewaysPanel({ list: { data, error, refetch } }: GatewaysPanelProps) {
  const [action, setAction] = useState<GatewayAction>();
  const [typed, setTyped] = useState('');
  const isSearched = data !== undefined && data.length >= SEARCHED_FROM;
  const wide = useMediaQuery('(min-width: 48rem)');
  const List = wide ? GatewayTable : GatewayCards;
  const found = findGateways(sortGateways(data ?? NONE), typed);
  const { shown, ...cut } = useCapped(found, ROWS_MAX);
  if (error && !data) return <LoadError what="the gateways" error={error} onRetry={refetch} />;
  return (
    <>
      {error ? (
        <Notice tone="warn" title="The data below is out of date">
          {explainError(error)}
        </Notice>
      ) : null}
      <Panel
        title="Gateways"
        aside={
          <FleetSummary
            gateways={data ?? NONE}
            typed={isSearched ? typed : undefined}
            onTyped={setTyped}
          />
        }
      >
        {isSearched ? (
          <search className="block px-5 pt-2 pb-1">
            <SearchInput
              aria-label="Find gateways"
              placeholder="Find by name, label or state"
              value={typed}
              onValue={setTyped}
              className="sm:max-w-72"
            />
          </search>
        ) : null}
        {data && found.length === 0 ? (
          <p className="px-5 pt-2 pb-5 text-soft">No gateway matches “{typed}”.</p>
        ) : (
          <List gateways={data ? shown : undefined} onAction={setAction} />
        )}
        <ShowAll shownCount={shown.length} hiddenCount={cut.hiddenCount} onShowAll={cut.showAll} />
      </Panel>
      <GatewayDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}

interface FleetSummaryProps {
  readonly gateways: readonly Gateway[];
  /** What is looked for; undefined where there is nothing to look through. */
  readonly typed: string | undefined;
  readonly onTyped: (typed: string) => void;
}

/** How many gateways are in which state; of many, each state shows those in it. */
function FleetSummary({ gateways, typed, onTyped }: FleetSummaryProps) {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-soft">
      {countStates(gateways).map(({ state, count }) => {
        const { tone, word } = GATEWAY_STATE_LOOKS[state];
        const counted = (
          <StatusWord key={state} tone={tone}>
            {formatCount(count)} {word.toLowerCase()}
          </StatusWord>
        );
        return typed === undefined ? (
          counted
        ) : (
          <button
            key={state}
            type="button"
            aria-pressed={typed === word}
            title={typed === word ? 'Show all' : 'Show only these'}
            onClick={() => onTyped(typed === word ? '' : word)}
            className="rounded-sm underline-offset-4 hover:text-ink hover:underline"
          >
            {counted}
          </button>
        );
      })}
    </p>
  );
}
