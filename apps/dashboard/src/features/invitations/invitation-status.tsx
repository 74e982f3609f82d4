import type { Invitation } from '@tollkeeper/contract';
import { type StatusTone, StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useNow } from '../../lib/use-now.ts';

type Status = Invitation['status'];

const LOOKS: Readonly<Record<Status, { readonly word: string; readonly tone: StatusTone }>> = {
  active: { word: 'Active', tone: 'good' },
  expired: { word: 'Expired', tone: 'warn' },
  blocked: { word: 'Blocked', tone: 'bad' },
};

/** Whether the link works, and until when. */
export function InvitationStatus({ invitation }: { readonly invitation: Invitation }) {
  const { expiresAt } = invitation;
  // It may expire while it is shown.
  const status = Date.parse(expiresAt) <= useNow() ? 'expired' : invitation.status;
  const { word, tone } = LOOKS[status];
  return (
    <>
      <StatusWord tone={tone}>{word}</StatusWord>
      {status === 'expired' ? null : (
        <span className="block text-[0.8125rem] text-soft">
          expires <TimeAgo at={expiresAt} />
        </span>
      )}
    </>
  );
}
