import { useMutation } from '@tanstack/react-query';
import { INVITATION_DAYS, type InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { CopyRow } from '../../components/copy-button.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { ShownOnceDialog } from '../../components/forms/shown-once-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { exactTime } from '../../lib/format.ts';
import { useReturnFocus } from '../../lib/hooks.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { RoleField, useGrantableRoles } from '../roles/index.ts';
import { inviteMutation } from './queries.ts';

/** Inviting: the form; then, where no mail is sent, the link to pass on. */
export function InviteFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [unsent, setUnsent] = useState<InvitationWithLink>();
  if (unsent) {
    return <LinkDialog invitation={unsent} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return <InviteDialog onClose={onClose} onUnsent={setUnsent} />;
}

const USUAL_ROLE_ID = 'role_developer';

interface InviteDialogProps {
  readonly onClose: () => void;
  /** No mail was sent: the person has to pass the link on. */
  readonly onUnsent: (invitation: InvitationWithLink) => void;
}

function InviteDialog({ onClose, onUnsent }: InviteDialogProps) {
  const invite = useMutation(inviteMutation);
  const roles = useGrantableRoles();
  const usual = roles.some(({ id }) => id === USUAL_ROLE_ID) ? USUAL_ROLE_ID : '';
  const [email, setEmail] = useState('');
  const [roleId, setRoleId] = useState(usual);
  const form = useSubmit(['email', 'roleId'], async () => {
    const invitation = await invite.mutateAsync({ email: email.trim(), roleId });
    if (!invitation.sent) return onUnsent(invitation);
    toastSent(invitation);
    onClose();
  });
  return (
    <FormDialog
      title="Invite member"
      description={`They get a link that works once, for ${INVITATION_DAYS} days, and for that address only.`}
      submitLabel="Invite"
      blocked={blockedWords(email, roleId)}
      filled={email !== '' || roleId !== usual}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Email"
        type="email"
        lengthMax={254}
        placeholder="grace@example.com"
        error={form.errors.fields.email}
        value={email}
        onValue={setEmail}
      />
      <RoleField
        roles={roles}
        roleId={roleId}
        error={form.errors.fields.roleId}
        onRole={setRoleId}
      />
    </FormDialog>
  );
}

function blockedWords(email: string, roleId: string): string | undefined {
  if (email.trim() === '') return 'Enter an email address.';
  return roleId === '' ? 'Choose a role.' : undefined;
}

export function toastSent({ email }: InvitationWithLink): void {
  toast.success(`Sent an invitation to ${email}`);
}

interface LinkDialogProps {
  readonly invitation: InvitationWithLink;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The link of an invitation for which no mail was sent, the one time that it is shown. */
export function LinkDialog({ invitation, ...leaving }: LinkDialogProps) {
  const { email, roleName, link, expiresAt } = invitation;
  const [copied, setCopied] = useState(false);
  return (
    <ShownOnceDialog
      {...leaving}
      title={`Invitation for ${email}`}
      description={`As ${roleName}, until ${exactTime(expiresAt)}.`}
      what={link ? 'link' : undefined}
      isSaved={copied}
      loss="To get another link, you would have to resend the invitation."
    >
      {link ? (
        <>
          <Notice tone="warn" title="No mail was sent: pass this link on yourself.">
            The link works once, and only for that address. It is not shown again; resending the
            invitation creates another one.
          </Notice>
          <CopyRow label="Link" text={link} primary onCopied={() => setCopied(true)} />
        </>
      ) : (
        <Notice tone="warn" title="The link is shown only once">
          The invitation is open. Resend it to get another link.
        </Notice>
      )}
    </ShownOnceDialog>
  );
}
