import type { Gateway } from '@tollkeeper/contract';
import { StatusWord } from '../../../components/status-word.tsx';
import { formatCount } from '../../../lib/format-count.ts';
import { GATEWAY_STATE_LOOKS } from './gateway-state.ts';
import { countStates } from './sort-gateways.ts';

/** How many gateways are in which state. */
export function FleetSummary({ gateways }: { readonly gateways: readonly Gateway[] }) {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-soft">
      {countStates(gateways).map(({ state, count }) => (
        <StatusWord key={state} tone={GATEWAY_STATE_LOOKS[state].tone}>
          {formatCount(count)} {GATEWAY_STATE_LOOKS[state].word.toLowerCase()}
        </StatusWord>
      ))}
    </p>
  );
}
