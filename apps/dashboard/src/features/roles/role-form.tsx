import { useQueryClient } from '@tanstack/react-query';
import type { Role, Scope } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { LineField } from '../../components/line-field.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { type ScopeCatalog, ScopePicker } from '../scopes/index.ts';

interface RoleFormProps {
  readonly role: Role | undefined;
  readonly catalog: ScopeCatalog;
  readonly onClose: () => void;
}

export function RoleForm({ role, catalog, onClose }: RoleFormProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [selected, setSelected] = useState<ReadonlySet<Scope>>(new Set(role?.scopes));
  const { pending, errors, submit } = useSubmit(['name', 'description', 'scopes'], async () => {
    const body = {
      name: name.trim(),
      description: description.trim(),
      scopes: [...selected],
    };
    const saving = role
      ? api.updateRole({ params: { id: role.id }, body })
      : api.createRole({ body });
    const saved = await tellAt('name', 'invalid_state', saving);
    toast.success(`${role ? 'Saved' : 'Created'} ${saved.name}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  const isFilled =
    name !== (role?.name ?? '') ||
    description !== (role?.description ?? '') ||
    selected.symmetricDifference(new Set(role?.scopes)).size > 0;
  return (
    <ActionForm
      submitLabel={role ? 'Save role' : 'Create role'}
      blocked={name.trim() === '' ? 'Enter a name.' : undefined}
      filled={isFilled}
      pending={pending}
      errors={errors.form}
      onSubmit={submit}
      onCancel={onClose}
    >
      <LineField
        label="Name"
        autoFocus
        lengthMax={64}
        placeholder="Release manager"
        error={errors.fields.name}
        value={name}
        onValue={setName}
      />
      <LineField
        label="Description"
        hint="Optional. What its members do."
        lengthMax={200}
        error={errors.fields.description}
        value={description}
        onValue={setDescription}
      />
      <ScopePicker
        catalog={catalog}
        selected={selected}
        error={errors.fields.scopes}
        onSelect={setSelected}
      />
    </ActionForm>
  );
}
