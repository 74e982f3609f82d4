import { useMutation, useQuery } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { RadioRow } from '../../components/forms/choices.tsx';
import { Select } from '../../components/forms/controls.tsx';
import { Field, FieldGroup } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { counted } from '../../lib/format.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { membersQuery, removeMemberMutation } from './queries.ts';

interface RemoveMemberDialogProps {
  readonly member: Member;
  readonly onClose: () => void;
}

export function RemoveMemberDialog({ member, onClose }: RemoveMemberDialogProps) {
  const remove = useMutation(removeMemberMutation);
  const { data: members = [] } = useQuery(membersQuery);
  const [handsOver, setHandsOver] = useState(false);
  const [heirId, setHeirId] = useState('');
  const heirs = members.filter(({ id, status }) => id !== member.id && status === 'active');
  const form = useSubmit(['handOverTo'], async () => {
    const query = handsOver ? { handOverTo: heirId } : {};
    await remove.mutateAsync({ params: { id: member.id }, query });
    toast.success(`Removed ${member.name}`);
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Remove ${member.name}?`}
      description="They lose access to the organization at once. To block them for a while, suspend them instead."
      submitLabel="Remove member"
      blocked={handsOver && heirId === '' ? 'Choose the new owner of the keys.' : undefined}
      filled={handsOver || heirId !== ''}
      form={form}
      onClose={onClose}
    >
      {member.keysCount === 0 ? (
        <p>They own no live key.</p>
      ) : (
        <KeysFateField
          keysCount={member.keysCount}
          handsOver={handsOver}
          heirId={heirId}
          heirs={heirs}
          error={form.errors.fields.handOverTo}
          onHandsOver={setHandsOver}
          onHeir={setHeirId}
        />
      )}
    </FormDialog>
  );
}

interface KeysFateFieldProps {
  readonly keysCount: number;
  readonly handsOver: boolean;
  readonly heirId: string;
  readonly heirs: readonly Member[];
  readonly error: string | undefined;
  readonly onHandsOver: (handsOver: boolean) => void;
  readonly onHeir: (heirId: string) => void;
}

/** Keys do not outlive their owner: they are revoked, or another member becomes their owner. */
function KeysFateField(props: KeysFateFieldProps) {
  const { keysCount, handsOver, onHandsOver } = props;
  return (
    <FieldGroup
      label={`What happens to their ${keysCount === 1 ? 'live key' : counted(keysCount, 'live key')}?`}
    >
      <RadioRow
        name="keys"
        label="Revoke the keys"
        hint="They stop working everywhere, for good."
        checked={!handsOver}
        onChoose={() => onHandsOver(false)}
      />
      <RadioRow
        name="keys"
        label="Hand the keys over"
        hint="They keep working, limited to the scopes of their new owner’s role."
        checked={handsOver}
        onChoose={() => onHandsOver(true)}
      />
      {handsOver ? <HeirField {...props} /> : null}
    </FieldGroup>
  );
}

function HeirField({ heirId, heirs, error, onHeir }: KeysFateFieldProps) {
  return (
    <div className="mt-2">
      <Field label="New owner of the keys" hint="An active member." error={error}>
        {(control) => (
          <Select
            {...control}
            value={heirId}
            options={[
              ...(heirId ? [] : [{ value: '', label: 'Choose a member' }]),
              ...heirs.map(({ id, name, email, roleName }) => ({
                value: id,
                label: `${name} (${email}, ${roleName})`,
              })),
            ]}
            onChange={(event) => onHeir(event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}
