import type { InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { CopyRow } from '../../components/copy-row.tsx';
import { Notice } from '../../components/notice.tsx';
import { ShownOnceDialog } from '../../components/shown-once-dialog.tsx';
import { exactTime } from '../../lib/exact-time.ts';

interface LinkDialogProps {
  readonly invitation: InvitationWithLink;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The link of an invitation that no mail carried, the one time that it is shown. */
export function LinkDialog({ invitation, ...leaving }: LinkDialogProps) {
  const { email, roleName, link, expiresAt } = invitation;
  const [copied, setCopied] = useState(false);
  return (
    <ShownOnceDialog
      {...leaving}
      title={`Invitation for ${email}`}
      description={`As ${roleName}, until ${exactTime(expiresAt)}.`}
      what={link ? 'link' : undefined}
      taken={copied}
      loss="To get another link, you would have to resend the invitation."
    >
      {link ? (
        <>
          <Notice tone="warn" title="No mail was sent: pass this link on yourself.">
            It works once, and only for that address. It is shown once; resending creates another.
          </Notice>
          <CopyRow label="Link" text={link} primary onCopied={() => setCopied(true)} />
        </>
      ) : (
        <Notice tone="warn" title="The link is shown only once">
          The invitation stands. Resend it to get another link.
        </Notice>
      )}
    </ShownOnceDialog>
  );
}
