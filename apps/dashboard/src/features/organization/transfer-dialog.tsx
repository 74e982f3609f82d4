import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { Select } from '../../components/select.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { membersQuery } from '../members/index.ts';
import { useIdentity } from '../sessions/index.ts';

export function TransferDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const self = useIdentity().member.id;
  const { data: members = [] } = useQuery(membersQuery);
  const heirs = members.filter(({ id, status }) => id !== self && status === 'active');
  const [memberId, setMemberId] = useState('');
  const heir = heirs.find(({ id }) => id === memberId);
  const [password, setPassword] = useState('');
  const { pending, errors, submit } = useSubmit(['memberId', 'password'], async () => {
    const transferring = api.transferOrganization({ body: { memberId, password } });
    await tellAt('password', 'password_wrong', transferring, 'The password is wrong.');
    toast.success('Transferred the organization. You are an admin now.');
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title="Transfer the ownership"
      description="The new owner can do everything, including deleting the organization. You become an admin, and cannot take the ownership back yourself."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Transfer ownership"
        blocked={blockedWords(memberId, password)}
        filled={memberId + password !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <Field
          label="New owner"
          hint={heirs.length === 0 ? 'There is no other active member yet.' : 'An active member.'}
          error={errors.fields.memberId}
        >
          {(control) => (
            <Select
              {...control}
              value={memberId}
              options={[
                ...(memberId ? [] : [{ value: '', label: 'Choose a member' }]),
                ...heirs.map((member) => ({ value: member.id, label: heirLabel(member) })),
              ]}
              onChange={(event) => setMemberId(event.target.value)}
            />
          )}
        </Field>
        {heir && !heir.emailVerified ? (
          <Notice tone="warn" title="Address not confirmed" urgent>
            {heir.name} joined with a link that was sent by hand, so anyone who had the link may
            hold this account. Check with {heir.email} that the account is theirs.
          </Notice>
        ) : null}
        <PasswordField value={password} error={errors.fields.password} onValue={setPassword} />
      </ActionForm>
    </Dialog>
  );
}

function heirLabel({ name, email, emailVerified }: Member): string {
  return `${name} (${email})${emailVerified ? '' : ' · Address not confirmed'}`;
}

function blockedWords(memberId: string, password: string): string | undefined {
  if (memberId === '') return 'Choose the new owner.';
  return password === '' ? 'Enter your password.' : undefined;
}
