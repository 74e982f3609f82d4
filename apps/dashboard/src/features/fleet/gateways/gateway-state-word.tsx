import type { GatewayState } from '@tollkeeper/contract';
import { StatusWord } from '../../../components/status-word.tsx';
import { GATEWAY_STATE_LOOKS } from './gateway-state.ts';

interface GatewayStateWordProps {
  readonly state: GatewayState;
  readonly draining?: boolean;
}

export function GatewayStateWord({ state, draining = false }: GatewayStateWordProps) {
  const { word, tone } = GATEWAY_STATE_LOOKS[state];
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <StatusWord tone={tone}>{word}</StatusWord>
      {draining ? (
        <span className="rounded bg-warn-tint px-1.5 text-[0.8125rem] text-warn-ink leading-5">
          draining
        </span>
      ) : null}
    </span>
  );
}
