import { useQueryClient } from '@tanstack/react-query';
import { INVITATION_DAYS, type InvitationWithLink } from '@tollkeeper/contract';
import { useState } from 'react';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LineField } from '../../components/line-field.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { RoleField, useGrantableRoles } from '../roles/index.ts';
import { refreshInvitations } from './invitations-query.ts';
import { tellSent } from './tell-sent.ts';

const USUAL_ROLE_ID = 'role_developer';

interface InviteDialogProps {
  readonly onClose: () => void;
  /** No mail went out: the link is to be handed over by the person. */
  readonly onUnsent: (invitation: InvitationWithLink) => void;
}

export function InviteDialog({ onClose, onUnsent }: InviteDialogProps) {
  const queryClient = useQueryClient();
  const roles = useGrantableRoles();
  const usual = roles.some(({ id }) => id === USUAL_ROLE_ID) ? USUAL_ROLE_ID : '';
  const [email, setEmail] = useState('');
  const [roleId, setRoleId] = useState(usual);
  const { pending, errors, submit } = useSubmit(['email', 'roleId'], async () => {
    const creating = api.createInvitation({ body: { email: email.trim(), roleId } });
    const invitation = await tellAt('email', 'invalid_state', creating);
    tellSent(invitation, { onSent: onClose, onUnsent });
    await refreshInvitations(queryClient);
  });
  return (
    <Dialog
      title="Invite member"
      description={`They get a link that works once, for ${INVITATION_DAYS} days, and for that address only.`}
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Invite"
        blocked={blockedWords(email, roleId)}
        filled={email.trim() !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Email"
          type="email"
          lengthMax={254}
          placeholder="grace@example.com"
          error={errors.fields.email}
          value={email}
          onValue={setEmail}
        />
        <RoleField roles={roles} roleId={roleId} error={errors.fields.roleId} onRole={setRoleId} />
      </ActionForm>
    </Dialog>
  );
}

function blockedWords(email: string, roleId: string): string | undefined {
  if (email.trim() === '') return 'Enter an email address.';
  return roleId === '' ? 'Choose a role.' : undefined;
}
