import type { InvitationWithLink } from '@tollkeeper/contract';
import { toast } from 'sonner';

interface Outcomes {
  readonly onSent: () => void;
  readonly onUnsent: (invitation: InvitationWithLink) => void;
}

/** A mailed link needs no more than a word; one that no mail carries must be handed over. */
export function tellSent(invitation: InvitationWithLink, { onSent, onUnsent }: Outcomes): void {
  if (!invitation.sent) {
    onUnsent(invitation);
    return;
  }
  toast.success(`Sent an invitation to ${invitation.email}`);
  onSent();
}
