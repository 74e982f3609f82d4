import { useMutation, useQuery } from '@tanstack/react-query';
import type { Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ConfirmDialog } from '../../components/forms/form-dialog.tsx';
import { LoadError } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { counted } from '../../lib/format.ts';
import { useReturnFocus } from '../../lib/hooks.ts';
import { InvitationTable } from './invitation-table.tsx';
import { LinkDialog, toastSent } from './invite-dialog.tsx';
import {
  invitationsQuery,
  resendInvitationMutation,
  withdrawInvitationMutation,
} from './queries.ts';

/** People who were invited and have not accepted yet. */
export function InvitationsPanel() {
  const { data, error, refetch } = useQuery(invitationsQuery);
  const [withdrawing, setWithdrawing] = useState<Invitation>();
  const [renewed, setRenewed] = useState<InvitationWithLink>();
  const { mutate: resend } = useMutation({
    ...resendInvitationMutation,
    onSuccess: (invitation) => {
      if (invitation.sent) toastSent(invitation);
      else setRenewed(invitation);
    },
    onError: (refusal) => {
      toast.error(explainError(refusal));
    },
  });
  return (
    <Panel title="Open invitations" aside={data?.length ? <Count count={data.length} /> : null}>
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the invitations" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data?.length === 0 ? (
        <p className="px-5 pt-1 pb-5 text-soft">
          None. People whom you invite appear here until they accept or you withdraw the invitation.
        </p>
      ) : null}
      {data?.length !== 0 && !error ? (
        <InvitationTable
          invitations={data}
          onResend={({ id }) => resend(id)}
          onWithdraw={setWithdrawing}
        />
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

interface WithdrawDialogProps {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}

function WithdrawDialog({ invitation: { id, email }, onClose }: WithdrawDialogProps) {
  const withdraw = useMutation(withdrawInvitationMutation);
  return (
    <ConfirmDialog
      danger
      title={`Withdraw the invitation for ${email}?`}
      description="Its link stops working at once. You can invite the address again."
      confirmLabel="Withdraw"
      onConfirm={() => withdraw.mutateAsync(id)}
      done={`Withdrew the invitation for ${email}`}
      onClose={onClose}
    />
  );
}

interface RenewedLinkProps {
  readonly invitation: InvitationWithLink;
  readonly onClose: () => void;
}

function RenewedLink(props: RenewedLinkProps) {
  return <LinkDialog {...props} onReturnFocus={useReturnFocus()} />;
}
