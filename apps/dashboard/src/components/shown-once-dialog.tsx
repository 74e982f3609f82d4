import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog, DialogBody, DialogFooter } from './dialog.tsx';
import { Notice } from './notice.tsx';

interface ShownOnceDialogProps {
  readonly title: string;
  /** Absent in the replay of a creation: then there is nothing to lose. */
  readonly secret: string | undefined;
  /** It was copied, or used. */
  readonly taken: boolean;
  /** What leaving without it means. */
  readonly loss: string;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
  readonly children: ReactNode;
}

/** A secret, the one time that it is shown. It lives in the caller's memory and nowhere else. */
export function ShownOnceDialog({
  title,
  secret,
  taken,
  loss,
  onClose,
  onReturnFocus,
  children,
}: ShownOnceDialogProps) {
  const [warned, setWarned] = useState(false);

  // Escape and the cross are easily hit by mistake: the first one asks, unless it was copied.
  function leave() {
    if (taken || warned || !secret) onClose();
    else setWarned(true);
  }

  return (
    <Dialog
      title={title}
      width="wide"
      closesOutside={false}
      onReturnFocus={onReturnFocus}
      onClose={leave}
    >
      <DialogBody>
        {children}
        {warned && !taken ? (
          <Notice tone="bad" urgent title="The secret is not copied yet">
            Close once more to leave without it. {loss}
          </Notice>
        ) : null}
      </DialogBody>
      <DialogFooter>
        {secret ? (
          <p className="mr-auto text-[0.8125rem] text-soft">Closing hides the secret for good.</p>
        ) : null}
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
