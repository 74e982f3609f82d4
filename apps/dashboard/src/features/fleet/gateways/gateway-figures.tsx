import type { Gateway, GatewayState } from '@tollkeeper/contract';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { StatusWord } from '../../../components/status-word.tsx';
import { SecondsAgo } from '../../../components/time-ago.tsx';
import { formatBytes, formatCount } from '../../../lib/format.ts';
import { LabelChips } from '../labels.tsx';
import { GATEWAY_STATE_LOOKS, type GatewayWarning } from './gateway-state.ts';

const LABELS_SHOWN = 2;

interface GatewayNameProps {
  readonly gateway: Gateway;
  readonly onOpen: () => void;
}

/** The name, which opens the details, and the first labels. */
export function GatewayName({ gateway, onOpen }: GatewayNameProps) {
  const { name, labels } = gateway;
  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <button
        type="button"
        title={name}
        onClick={onOpen}
        className="max-w-full truncate rounded-sm text-left font-medium underline-offset-4 hover:underline"
      >
        {name}
      </button>
      <LabelChips labels={labels} most={LABELS_SHOWN} />
    </div>
  );
}

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

const LOOKS = {
  warn: { icon: TriangleAlert, look: 'text-warn-ink' },
  bad: { icon: CircleAlert, look: 'text-bad-ink' },
} as const;

export function GatewayWarningList({ warnings }: { readonly warnings: readonly GatewayWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul aria-label="Warnings" className="flex max-w-4xl flex-col gap-1 text-[0.8125rem]">
      {warnings.map(({ tone, text }) => {
        const { icon: Icon, look } = LOOKS[tone];
        return (
          <li key={text} className="flex gap-2">
            <Icon size={14} aria-hidden className={`mt-0.5 shrink-0 ${look}`} />
            <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface FigureProps {
  readonly gateway: Gateway;
}

/** The version that it decides with, of the newest of its workspace. */
export function VersionFigure({ gateway: { appliedVersion, currentVersion } }: FigureProps) {
  const applied = appliedVersion === null ? '–' : formatCount(appliedVersion);
  return (
    <span title="Applied / current">
      <span className={appliedVersion === currentVersion ? undefined : 'text-warn-ink'}>
        {applied}
      </span>
      <span className="text-faint"> / {formatCount(currentVersion)}</span>
    </span>
  );
}

export function ContactFigure({ gateway: { lastSeenAt } }: FigureProps) {
  return lastSeenAt ? <SecondsAgo at={lastSeenAt} /> : <span className="text-faint">Never</span>;
}

export function CallsFigure({ gateway: { callsPerMinute } }: FigureProps) {
  return callsPerMinute === null ? <Unknown /> : formatCount(callsPerMinute);
}

/** "3%, 84 MiB". */
export function LoadFigure({ gateway: { cpuPercent, memoryBytes } }: FigureProps) {
  if (cpuPercent === null && memoryBytes === null) return <Unknown />;
  return [
    cpuPercent === null ? '–' : `${Math.round(cpuPercent)}%`,
    memoryBytes === null ? '–' : formatBytes(memoryBytes),
  ].join(', ');
}

function Unknown() {
  return <span className="text-faint">–</span>;
}
