import type { Gateway } from '@tollkeeper/contract';
import { SecondsAgo } from '../../../components/time-ago.tsx';
import { formatBytes } from '../../../lib/format-bytes.ts';
import { formatCount } from '../../../lib/format-count.ts';

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
