import type { InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { LinkDialog } from './link-dialog.tsx';

/** Inviting: the form; then, where no mail goes out, the link to hand over. */
export function InviteFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [invited, setInvited] = useState<InvitationWithLink>();
  if (invited) {
    return <LinkDialog invitation={invited} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return <InviteDialog onClose={onClose} onUnsent={setInvited} />;
}
