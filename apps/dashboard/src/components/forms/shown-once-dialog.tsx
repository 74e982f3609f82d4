import { type ReactNode, useMemo } from 'react';
import { Button } from '../button.tsx';
import { Dialog, DialogBody, DialogClose, DialogFooter, useUnsaved } from './dialog.tsx';

interface ShownOnceDialogProps {
  readonly title: string;
  readonly description?: string;
  readonly width?: 'narrow' | 'wide';
  /** What is shown: "secret". Absent where there is nothing to lose, as in the replay of a creation. */
  readonly what: string | undefined;
  /** It was copied, saved or used. */
  readonly isSaved: boolean;
  /** What leaving without it means. */
  readonly loss: string;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
  readonly children: ReactNode;
}

/** Something secret, the one time that it is shown. It lives in the caller's memory and nowhere else. */
export function ShownOnceDialog({
  title,
  description,
  width = 'wide',
  what,
  isSaved,
  loss,
  onClose,
  onReturnFocus,
  children,
}: ShownOnceDialogProps) {
  return (
    <Dialog
      title={title}
      description={description}
      width={width}
      closesOutside={false}
      onReturnFocus={onReturnFocus}
      onClose={onClose}
    >
      {what && !isSaved ? <UncopiedWatch what={what} loss={loss} /> : null}
      <DialogBody>{children}</DialogBody>
      <DialogFooter>
        {what ? (
          <p className="mr-auto text-[0.8125rem] text-soft">Closing hides the {what} for good.</p>
        ) : null}
        <DialogClose asChild>
          <Button look="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Dialog>
  );
}

interface UncopiedWatchProps {
  readonly what: string;
  readonly loss: string;
}

/** Escape, the cross, Done and a reload are easily hit by mistake: all of them ask first. */
function UncopiedWatch({ what, loss }: UncopiedWatchProps) {
  useUnsaved(
    true,
    useMemo(() => wordsOf(what, loss), [what, loss]),
  );
  return null;
}

function wordsOf(what: string, loss: string) {
  return {
    title: `Close without copying the ${what}?`,
    text: `You have not copied the ${what} yet. You cannot see the ${what} again after this. ${loss}`,
    leaveLabel: 'Close without copying',
    stayLabel: 'Go back',
  };
}
