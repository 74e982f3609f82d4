import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { api } from '../../lib/api.ts';
import { explainError } from '../../lib/explain-error.ts';
import { counted } from '../../lib/format-count.ts';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { InvitationTable } from './invitation-table.tsx';
import { invitationsQuery, refreshInvitations } from './invitations-query.ts';
import { LinkDialog } from './link-dialog.tsx';
import { tellSent } from './tell-sent.ts';
import { WithdrawDialog } from './withdraw-dialog.tsx';

/** Those who were asked and have not come yet. */
export function InvitationsPanel() {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(invitationsQuery);
  const [withdrawing, setWithdrawing] = useState<Invitation>();
  const [renewed, setRenewed] = useState<InvitationWithLink>();

  async function resend({ id }: Invitation) {
    try {
      const sent = await api.resendInvitation({ params: { id } });
      tellSent(sent, { onSent: () => {}, onUnsent: setRenewed });
    } catch (refusal) {
      toast.error(explainError(refusal));
    }
    await refreshInvitations(queryClient);
  }

  return (
    <Panel title="Open invitations" aside={data?.length ? <Count count={data.length} /> : null}>
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the invitations" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data?.length === 0 ? (
        <p className="px-5 pt-1 pb-5 text-soft">
          None. Who is invited appears here until they accept, or you withdraw the invitation.
        </p>
      ) : null}
      {data?.length !== 0 && !error ? (
        <InvitationTable invitations={data} onResend={resend} onWithdraw={setWithdrawing} />
      ) : null}
      {withdrawing ? (
        <WithdrawDialog invitation={withdrawing} onClose={() => setWithdrawing(undefined)} />
      ) : null}
      {renewed ? <RenewedLink invitation={renewed} onClose={() => setRenewed(undefined)} /> : null}
    </Panel>
  );
}

function Count({ count }: { readonly count: number }) {
  return <span className="text-soft">{counted(count, 'invitation')}</span>;
}

interface RenewedLinkProps {
  readonly invitation: InvitationWithLink;
  readonly onClose: () => void;
}

function RenewedLink(props: RenewedLinkProps) {
  return <LinkDialog {...props} onReturnFocus={useReturnFocus()} />;
}
