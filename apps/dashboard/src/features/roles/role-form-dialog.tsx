import { useMutation, useQuery } from '@tanstack/react-query';
import type { Role, Scope } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Dialog, DialogBody } from '../../components/forms/dialog.tsx';
import { DialogForm } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { type ScopeCatalog, ScopePicker, scopeCatalogQuery } from '../scopes/index.ts';
import { saveRoleMutation } from './queries.ts';

interface RoleFormDialogProps {
  /** Undefined creates a role. */
  readonly role?: Role;
  readonly onClose: () => void;
}

export function RoleFormDialog({ role, onClose }: RoleFormDialogProps) {
  const { data, error, refetch } = useQuery(scopeCatalogQuery);
  return (
    <Dialog
      title={role ? `Edit ${role.name}` : 'Create role'}
      {...(role
        ? { description: 'The change applies to the sessions and keys of its members at once.' }
        : {})}
      width="wide"
      closesOutside={false}
      onClose={onClose}
    >
      {data ? (
        <RoleForm role={role} catalog={data} onClose={onClose} />
      ) : (
        <DialogBody>
          {error ? (
            <LoadError what="the scopes" error={error} onRetry={refetch} />
          ) : (
            <Skeleton className="h-96 w-full" />
          )}
        </DialogBody>
      )}
    </Dialog>
  );
}

interface RoleFormProps {
  readonly role: Role | undefined;
  readonly catalog: ScopeCatalog;
  readonly onClose: () => void;
}

function RoleForm({ role, catalog, onClose }: RoleFormProps) {
  const save = useMutation(saveRoleMutation);
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [selected, setSelected] = useState<ReadonlySet<Scope>>(new Set(role?.scopes));
  const form = useSubmit(['name', 'description', 'scopes'], async () => {
    const body = {
      name: name.trim(),
      description: description.trim(),
      scopes: [...selected],
    };
    const saved = await save.mutateAsync({ id: role?.id, body });
    toast.success(`${role ? 'Saved' : 'Created'} ${saved.name}`);
    onClose();
  });
  const { fields } = form.errors;
  const isFilled =
    name !== (role?.name ?? '') ||
    description !== (role?.description ?? '') ||
    selected.symmetricDifference(new Set(role?.scopes)).size > 0;
  return (
    <DialogForm
      submitLabel={role ? 'Save role' : 'Create role'}
      blocked={name.trim() === '' ? 'Enter a name.' : undefined}
      filled={isFilled}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        autoFocus
        lengthMax={64}
        placeholder="Release manager"
        error={fields.name}
        value={name}
        onValue={setName}
      />
      <LineField
        label="Description"
        hint="Optional. What its members do."
        lengthMax={200}
        error={fields.description}
        value={description}
        onValue={setDescription}
      />
      <ScopePicker
        catalog={catalog}
        selected={selected}
        error={fields.scopes}
        onSelect={setSelected}
      />
    </DialogForm>
  );
}
