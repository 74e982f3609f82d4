import { Link } from '@tanstack/react-router';
import type { PolicyReplay } from '@tollkeeper/contract';
import { Ban, CircleCheck, CircleHelp, Info } from 'lucide-react';
import { ShowAll, useCapped } from '../../../components/panel.tsx';
import { counted } from '../../../lib/format.ts';
import { AnswerFrame } from '../question-form.tsx';
import { replayWords, unknownWords } from './replay-words.ts';

interface ReplayAnswerProps {
  /** What was replayed: "this edit". */
  readonly subject: string;
  /** Whose calls were asked about, as a sentence. */
  readonly whose: string;
  readonly replay: PolicyReplay;
  /** The text or the workspace has been changed since. */
  readonly isOutdated: boolean;
}

/** How many calls would have been refused, and of which keys. */
export function ReplayAnswer({ subject, whose, replay, isOutdated }: ReplayAnswerProps) {
  const outdated =
    'The policy or the workspace has changed since. Replay it again to see what follows.';
  return (
    <AnswerFrame
      {...LOOKS[outcomeOf(replay)]}
      outdated={isOutdated ? outdated : undefined}
      verdict={<p>{replayWords(subject, replay)}</p>}
      list={<KeyList keys={replay.keys} />}
    >
      <p className="text-[0.8125rem] text-soft">
        {whose}
        {replay.unknown > 0 ? ` ${unknownWords(replay)}` : ''}
      </p>
    </AnswerFrame>
  );
}

const LOOKS = {
  refused: { look: 'bg-bad-tint', iconLook: 'text-bad-ink', icon: Ban },
  empty: { look: 'bg-tint', iconLook: 'text-accent', icon: Info },
  unknown: { look: 'bg-warn-tint', iconLook: 'text-warn-ink', icon: CircleHelp },
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
