import { useMutation } from '@tanstack/react-query';
import { apiScopeName, type DefinedApiScope } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField, TypedNameField, untypedWords } from '../../components/forms/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import {
  createApiScopeMutation,
  deleteApiScopeMutation,
  findApiScope,
  updateApiScopeMutation,
} from './queries.ts';

/** What the person has begun to do to an API scope. */
export type ApiScopeAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit' | 'delete'; readonly apiScope: DefinedApiScope };

interface ApiScopeDialogsProps {
  readonly action: ApiScopeAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function ApiScopeDialogs({ action, onClose }: ApiScopeDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <CreateApiScopeDialog onClose={onClose} />;
    case 'edit':
      return <EditApiScopeDialog apiScope={action.apiScope} onClose={onClose} />;
    case 'delete':
      return <DeleteApiScopeDialog apiScope={action.apiScope} onClose={onClose} />;
  }
}

function CreateApiScopeDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useMutation(createApiScopeMutation);
  const [draft, setDraft] = useState({ name: '', description: '' });
  const name = draft.name.trim();
  const form = useSubmit(
    ['name', 'description'],
    async () => {
      const created = await create.mutateAsync({ name, description: draft.description.trim() });
      toast.success(`Created ${created.name}`);
      onClose();
    },
    () => nameFault(name),
  );
  return (
    <FormDialog
      title="Create API scope"
      submitLabel="Create API scope"
      blocked={name === '' ? 'Enter a name.' : undefined}
      filled={name !== '' || draft.description !== ''}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        hint="A resource and an action. It cannot be changed later."
        autoFocus
        lengthMax={64}
        placeholder="invoices.read"
        spellCheck={false}
        autoCapitalize="none"
        error={form.errors.fields.name}
        value={draft.name}
        onValue={(next) => setDraft((mine) => ({ ...mine, name: next }))}
      />
      <DescriptionField
        error={form.errors.fields.description}
        value={draft.description}
        onValue={(description) => setDraft((mine) => ({ ...mine, description }))}
      />
    </FormDialog>
  );
}

function nameFault(name: string): { name?: string } {
  const [issue] = apiScopeName.safeParse(name).error?.issues ?? [];
  return issue ? { name: `It ${issue.message}.` } : {};
}

interface DescriptionFieldProps {
  readonly error: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function DescriptionField(props: DescriptionFieldProps) {
  return (
    <LineField
      label="Description"
      hint="Optional. What it allows, as people see it when they choose scopes."
      lengthMax={200}
      placeholder="See invoices"
      {...props}
    />
  );
}

interface ApiScopeDialogProps {
  readonly apiScope: DefinedApiScope;
  readonly onClose: () => void;
}

function EditApiScopeDialog({ apiScope, onClose }: ApiScopeDialogProps) {
  const { name } = apiScope;
  const update = useMutation(updateApiScopeMutation);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(
    apiScope,
    ({ description }) => ({ description }),
    () => findApiScope(name),
  );
  const form = useSubmit(['description'], async () => {
    const description = draft.description.trim();
    const saved = await save((etag) =>
      update.mutateAsync({ params: { name }, body: { description, etag } }),
    );
    if (!saved) return;
    toast.success(`Saved ${name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Edit ${name}`}
      submitLabel="Save API scope"
      blocked={isChanged ? undefined : 'The description is unchanged.'}
      filled={isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This API scope was changed since you opened it"
        submitLabel="Save API scope"
        replaced={replaced}
        base={base}
        fieldsOf={({ description }) => ({ Description: description || 'none' })}
      />
      <DescriptionField
        error={form.errors.fields.description}
        value={draft.description}
        onValue={(description) => setDraft(() => ({ description }))}
      />
    </FormDialog>
  );
}

/** What holds it and which policies ask for it, the server says: only then is its name to be typed. */
function DeleteApiScopeDialog({ apiScope: { name }, onClose }: ApiScopeDialogProps) {
  const remove = useMutation(deleteApiScopeMutation);
  const [holders, setHolders] = useState<string>();
  const [typed, setTyped] = useState('');
  const isInUse = holders !== undefined;
  const form = useSubmit([], async () => {
    try {
      await remove.mutateAsync({
        params: { name },
        query: { confirm: isInUse ? 'true' : 'false' },
      });
    } catch (error) {
      if (isInUse || !(error instanceof ApiError) || error.code !== 'invalid_state') throw error;
      setHolders(error.problem.detail);
      return;
    }
    toast.success(`Deleted ${name}`);
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Delete ${name}?`}
      description="No key can be given it afterwards, and routes that require it refuse every call. You cannot undo this."
      submitLabel={isInUse ? 'Remove and delete' : 'Delete API scope'}
      blocked={isInUse ? untypedWords(typed, name) : undefined}
      filled={typed !== ''}
      form={form}
      onClose={onClose}
    >
      {isInUse ? (
        <>
          <Notice tone="warn" title="It is in use">
            <span className="[overflow-wrap:anywhere]">{holders}</span>
          </Notice>
          <TypedNameField what="API scope" name={name} typed={typed} onTyped={setTyped} />
        </>
      ) : null}
    </FormDialog>
  );
}
