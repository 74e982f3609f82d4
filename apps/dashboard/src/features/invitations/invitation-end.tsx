import type { Invitation } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useNow } from '../../lib/use-now.ts';

/** When the link stops working, or that it has. */
export function InvitationEnd({ invitation }: { readonly invitation: Invitation }) {
  const now = useNow();
  if (Date.parse(invitation.expiresAt) <= now) return <StatusWord tone="warn">Expired</StatusWord>;
  return <TimeAgo at={invitation.expiresAt} />;
}
