import { useMutation, useQuery } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { PasswordField } from '../../components/forms/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { membersQuery } from '../members/index.ts';
import { useIdentity } from '../sessions/index.ts';
import { transferOrganizationMutation } from './queries.ts';

export function TransferDialog({ onClose }: { readonly onClose: () => void }) {
  const transfer = useMutation(transferOrganizationMutation);
  const self = useIdentity().member.id;
  const { data: members = [] } = useQuery(membersQuery);
  const heirs = members.filter(({ id, status }) => id !== self && status === 'active');
  const [memberId, setMemberId] = useState('');
  const heir = heirs.find(({ id }) => id === memberId);
  const [password, setPassword] = useState('');
  const form = useSubmit(['memberId', 'password'], async () => {
    await transfer.mutateAsync({ memberId, password });
    toast.success('Transferred the organization. You are an admin now.');
    onClose();
  });
  return (
    <FormDialog
      danger
      title="Transfer ownership"
      description="The new owner can do everything, including deleting the organization. You become an admin, and cannot take the ownership back yourself."
      submitLabel="Transfer ownership"
      blocked={blockedWords(memberId, password)}
      filled={memberId + password !== ''}
      form={form}
      onClose={onClose}
    >
      <Field
        label="New owner"
        hint={heirs.length === 0 ? 'There is no other active member yet.' : 'An active member.'}
        error={form.errors.fields.memberId}
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
          {heir.name} joined with a link that was sent by hand, so anyone who had the link may hold
          this account. Check with {heir.email} that the account is theirs.
        </Notice>
      ) : null}
      <PasswordField value={password} error={form.errors.fields.password} onValue={setPassword} />
    </FormDialog>
  );
}

function heirLabel({ name, email, emailVerified }: Member): string {
  return `${name} (${email})${emailVerified ? '' : ' · Address not confirmed'}`;
}

function blockedWords(memberId: string, password: string): string | undefined {
  if (memberId === '') return 'Choose the new owner.';
  return password === '' ? 'Enter your password.' : undefined;
}
