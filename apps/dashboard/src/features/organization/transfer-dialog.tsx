import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
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
                ...heirs.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
              ]}
              onChange={(event) => setMemberId(event.target.value)}
            />
          )}
        </Field>
        <PasswordField value={password} error={errors.fields.password} onValue={setPassword} />
      </ActionForm>
    </Dialog>
  );
}

function blockedWords(memberId: string, password: string): string | undefined {
  if (memberId === '') return 'Choose the new owner.';
  return password === '' ? 'Enter your password.' : undefined;
}
