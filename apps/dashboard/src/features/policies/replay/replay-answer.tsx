import { Link } from '@tanstack/react-router';
import type { PolicyReplay } from '@tollkeeper/contract';
import { Ban, CircleCheck, CircleHelp, Info } from 'lucide-react';
import { Notice } from '../../../components/notice.tsx';
import { ShowAll, useCapped } from '../../../components/panel.tsx';
import { counted } from '../../../lib/format.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { replayWords, unknownWords } from './replay-words.ts';

interface ReplayAnswerProps {
  /** What was replayed: "this edit". */
  readonly subject: string;
  readonly replay: PolicyReplay;
  /** The text or the workspace has been changed since. */
  readonly isOutdated: boolean;
}

/** How many calls would have been refused, and of which keys. */
export function ReplayAnswer({ subject, replay, isOutdated }: ReplayAnswerProps) {
  const { look, iconLook, icon: Icon } = LOOKS[outcomeOf(replay)];
  return (
    <div className="border-line border-t">
      <div className="flex flex-col gap-3 px-5 py-4">
        {isOutdated ? (
          <Notice tone="info">
            The policy or the workspace has changed since. Replay it again to see what follows.
          </Notice>
        ) : null}
        <div className={joinClasses('flex gap-3 rounded-lg px-4 py-3', look)}>
          <Icon size={17} aria-hidden className={joinClasses('mt-0.5 shrink-0', iconLook)} />
          <p className="min-w-0 [overflow-wrap:anywhere]">{replayWords(subject, replay)}</p>
        </div>
        {replay.unknown > 0 ? (
          <p className="text-[0.8125rem] text-soft">{unknownWords(replay)}</p>
        ) : null}
      </div>
      <KeyList keys={replay.keys} />
    </div>
  );
}

const LOOKS = {
  refused: { look: 'bg-bad-tint', iconLook: 'text-bad-ink', icon: Ban },
  empty: { look: 'bg-tint', iconLook: 'text-accent', icon: Info },
  unknown: { look: 'bg-warn-tint', iconLook: 'text-warn-ink', icon: CircleHelp, Info },
  allowed: { look: 'bg-good-tint', iconLook: 'text-good-ink', icon: CircleCheck },
} as const;

function outcomeOf({ calls, refused, unknown }: PolicyReplay): keyof typeof LOOKS {
  if (refused > 0) return 'refused';
  if (calls === 0) return 'empty';
  return unknown > 0 ? 'unknown' : 'allowed';
}

const SHOWN_MAX = 10;

function KeyList({ keys }: Pick<PolicyReplay, 'keys'>) {
  const { shown, hiddenCount, showAll } = useCapped(keys, SHOWN_MAX);
  if (keys.length === 0) return null;
  return (
    <>
      <ul
        aria-label="Keys whose calls would have been refused"
        className="divide-y divide-line border-line border-t"
      >
        {shown.map(({ keyId, name, refused }) => (
          <li
            key={keyId}
            className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-5 py-2.5"
          >
            <Link
              to="/api-keys/$id"
              params={{ id: keyId }}
              className="min-w-0 rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
            >
              {name}
            </Link>
            <span className="text-soft">{counted(refused, 'call')}</span>
          </li>
        ))}
      </ul>
      <ShowAll shownCount={shown.length} hiddenCount={hiddenCount} onShowAll={showAll} />
    </>
  );
}
