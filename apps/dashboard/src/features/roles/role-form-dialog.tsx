import { useMutation, useQuery } from '@tanstack/react-query';
import type { Role, Scope } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { Dialog } from '../../components/forms/dialog.tsx';
import { DialogForm, DialogLoading } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { type ScopeCatalog, ScopePicker, scopeCatalogQuery } from '../scopes/index.ts';
import { findRole, saveRoleMutation } from './queries.ts';

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
        <DialogLoading what="the scopes" error={error} onRetry={refetch} />
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
  const editing = useEdit<EditedRole, RoleDraft>(role ?? NEW_ROLE, draftOf, () =>
    findRole(role?.id),
  );
  const { base, draft } = editing;
  const set = (part: Partial<RoleDraft>) => editing.setDraft((mine) => ({ ...mine, ...part }));
  const form = useSubmit(['name', 'description', 'scopes'], async () => {
    const body = {
      name: draft.name.trim(),
      description: draft.description.trim(),
      scopes: [...draft.scopes],
    };
    const saved = await editing.save((etag) =>
      save.mutateAsync(role ? { id: role.id, body: { ...body, etag } } : { id: undefined, body }),
    );
    if (!saved) return;
    toast.success(`${role ? 'Saved' : 'Created'} ${saved.name}`);
    onClose();
  });
  const { fields } = form.errors;
  return (
    <DialogForm
      submitLabel={role ? 'Save role' : 'Create role'}
      blocked={draft.name.trim() === '' ? 'Enter a name.' : undefined}
      filled={editing.isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This role was changed since you opened it"
        submitLabel="Save role"
        replaced={editing.replaced}
        base={base}
        fieldsOf={fieldsOf}
      />
      <LineField
        label="Name"
        autoFocus
        lengthMax={64}
        placeholder="Release manager"
        error={fields.name}
        value={draft.name}
        onValue={(name) => set({ name })}
      />
      <LineField
        label="Description"
        hint="Optional. What its members do."
        lengthMax={200}
        error={fields.description}
        value={draft.description}
        onValue={(description) => set({ description })}
      />
      <ScopePicker
        catalog={catalog}
        selected={draft.scopes}
        error={fields.scopes}
        onSelect={(scopes) => set({ scopes })}
      />
    </DialogForm>
  );
}

type EditedRole = Pick<Role, 'name' | 'description' | 'scopes' | 'etag'>;

interface RoleDraft {
  readonly name: string;
  readonly description: string;
  readonly scopes: ReadonlySet<Scope>;
}

const NEW_ROLE: EditedRole = { name: '', description: '', scopes: [], etag: '' };

function draftOf({ name, description, scopes }: EditedRole): RoleDraft {
  return { name, description, scopes: new Set(scopes) };
}

function fieldsOf({ name, description, scopes }: EditedRole) {
  return { Name: name, Description: description || 'none', Scopes: scopes };
}
