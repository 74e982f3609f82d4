import type { InvitationWithLink } from '@tollkeeper/contract';
import { Button } from '../../components/button.tsx';
import { CopyRow } from '../../components/copy-row.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { exactTime } from '../../lib/exact-time.ts';

interface LinkDialogProps {
  readonly invitation: InvitationWithLink;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The link of an invitation that went out by no mail, the one time that it is shown. */
export function LinkDialog({ invitation, onClose, onReturnFocus }: LinkDialogProps) {
  const { email, roleName, link, expiresAt } = invitation;
  return (
    <Dialog
      title={`Invitation for ${email}`}
      description={`As ${roleName}, until ${exactTime(expiresAt)}.`}
      width="wide"
      closesOutside={false}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        {link ? (
          <>
            <Notice tone="warn" title="No mail was sent: hand this link over yourself.">
              It works once, and only for that address. It is shown once; resending makes another.
            </Notice>
            <CopyRow label="Link" text={link} primary />
          </>
        ) : (
          <Notice tone="warn" title="The link is not shown twice">
            The invitation stands. Resend it to get another link.
          </Notice>
        )}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
