import { ArrowUp, Pause, Play } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { counted } from '../../../lib/format.ts';
import { FOLLOWED_MAX } from '../../audit-events/index.ts';

interface LiveBarProps {
  /** New events that are not shown yet. */
  readonly waitingCount: number;
  /** Whether new events belong to what is listed. */
  readonly canFollow: boolean;
  readonly isPaused: boolean;
  readonly onPause: (isPaused: boolean) => void;
  readonly onShow: () => void;
}

/** Whether new events appear, and how many wait for the reader to come back to the top. */
export function LiveBar({ waitingCount, canFollow, isPaused, onPause, onShow }: LiveBarProps) {
  if (!canFollow) return null;
  const count =
    waitingCount >= FOLLOWED_MAX
      ? `${FOLLOWED_MAX} or more new events`
      : counted(waitingCount, 'new event');
  return (
    <>
      <div className="mb-2 flex items-center gap-2 text-[0.8125rem] text-soft">
        <StatusWord tone={isPaused ? 'off' : 'good'}>
          {isPaused ? (
            'Paused'
          ) : (
            <span>
              Live<span className="max-sm:hidden">: new events appear as they happen</span>
            </span>
          )}
        </StatusWord>
        <Button size="small" look="quiet" onClick={() => onPause(!isPaused)}>
          {isPaused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      </div>
      <div
        role="status"
        className="pointer-events-none sticky top-15 z-10 flex h-0 justify-center lg:top-3"
      >
        {waitingCount > 0 ? (
          <Button
            look="primary"
            size="small"
            className="pointer-events-auto rounded-full shadow-float"
            onClick={onShow}
          >
            <ArrowUp size={14} aria-hidden />
            {count}
          </Button>
        ) : null}
      </div>
    </>
  );
}
