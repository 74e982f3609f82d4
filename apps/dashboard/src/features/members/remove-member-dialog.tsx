import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { KeysFateField } from './keys-fate-field.tsx';
import type { MemberDialogProps } from './member-action.ts';
import { membersQuery } from './members-query.ts';

export function RemoveMemberDialog({ member, onClose }: MemberDialogProps) {
  const queryClient = useQueryClient();
  const { data: members = [] } = useQuery(membersQuery);
  const [handsOver, setHandsOver] = useState(false);
  const [heirId, setHeirId] = useState('');
  const heirs = members.filter(({ id, status }) => id !== member.id && status === 'active');
  const { pending, errors, submit } = useSubmit(['handOverTo'], async () => {
    const query = handsOver ? { handOverTo: heirId } : {};
    await api.removeMember({ params: { id: member.id }, query });
    toast.success(`Removed ${member.name}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title={`Remove ${member.name}?`}
      description="They lose access to the organization at once. To block them for a while, suspend them instead."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Remove member"
        blocked={handsOver && heirId === '' ? 'Choose the new owner of the keys.' : undefined}
        filled={handsOver || heirId !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        {member.keysCount === 0 ? (
          <p>They own no live key.</p>
        ) : (
          <KeysFateField
            keysCount={member.keysCount}
            handsOver={handsOver}
            heirId={heirId}
            heirs={heirs}
            error={errors.fields.handOverTo}
            onHandsOver={setHandsOver}
            onHeir={setHeirId}
          />
        )}
      </ActionForm>
    </Dialog>
  );
}
