import type { Gateway } from '@tollkeeper/contract';
import { StatusWord } from '../../../components/status-word.tsx';
import { formatCount } from '../../../lib/format-count.ts';
import { GATEWAY_STATE_LOOKS } from './gateway-state.ts';
import { countStates } from './sort-gateways.ts';

interface FleetSummaryProps {
  readonly gateways: readonly Gateway[];
  /** What is looked for; undefined where there is nothing to look through. */
  readonly typed: string | undefined;
  readonly onTyped: (typed: string) => void;
}

/** How many gateways are in which state; of many, each state shows those in it. */
export function FleetSummary({ gateways, typed, onTyped }: FleetSummaryProps) {
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
