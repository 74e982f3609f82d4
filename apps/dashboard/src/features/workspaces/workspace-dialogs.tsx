import { useMutation } from '@tanstack/react-query';
import { ENVIRONMENTS, type Workspace } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { RadioRow } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { FormDialog, RenameDialog } from '../../components/forms/form-dialog.tsx';
import { LineField, TypedNameField, untypedWords } from '../../components/forms/line-field.tsx';
import { counted } from '../../lib/format.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import {
  createWorkspaceMutation,
  deleteWorkspaceMutation,
  findWorkspace,
  renameWorkspaceMutation,
} from './queries.ts';
import { chooseWorkspace, chosenWorkspace } from './workspace-switch.tsx';

/** What the person has begun to do to a workspace. */
export type WorkspaceAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename' | 'delete'; readonly workspace: Workspace };

interface WorkspaceDialogsProps {
  readonly action: WorkspaceAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function WorkspaceDialogs({ action, onClose }: WorkspaceDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <CreateWorkspaceDialog onClose={onClose} />;
    case 'rename':
      return <RenameWorkspaceDialog workspace={action.workspace} onClose={onClose} />;
    case 'delete':
      return <DeleteWorkspaceDialog workspace={action.workspace} onClose={onClose} />;
  }
}

type Environment = (typeof ENVIRONMENTS)[number];

const MEANINGS: Readonly<Record<Environment, { readonly label: string; readonly hint: string }>> = {
  live: { label: 'Live', hint: 'For real traffic. Keys begin with tk_live_.' },
  test: { label: 'Test', hint: 'For trials, staging and CI. Keys begin with tk_test_.' },
};

function CreateWorkspaceDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useMutation(createWorkspaceMutation);
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<Environment>('live');
  const form = useSubmit(['name', 'environment'], async () => {
    const created = await create.mutateAsync({ name: name.trim(), environment });
    toast.success(`Created ${created.name}`);
    onClose();
  });
  return (
    <FormDialog
      title="Create workspace"
      submitLabel="Create workspace"
      blocked={name.trim() === '' ? 'Enter a name.' : undefined}
      filled={name !== '' || environment !== 'live'}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="staging"
        error={form.errors.fields.name}
        value={name}
        onValue={setName}
      />
      <FieldGroup
        label="Environment"
        hint="It cannot be changed later, because it is part of every key."
        error={form.errors.fields.environment}
      >
        {ENVIRONMENTS.map((each) => (
          <RadioRow
            key={each}
            name="environment"
            {...MEANINGS[each]}
            checked={environment === each}
            onChoose={() => setEnvironment(each)}
          />
        ))}
      </FieldGroup>
    </FormDialog>
  );
}

interface WorkspaceDialogProps {
  readonly workspace: Workspace;
  readonly onClose: () => void;
}

function RenameWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const { id } = workspace;
  const rename = useMutation(renameWorkspaceMutation);
  return (
    <RenameDialog
      what="workspace"
      record={workspace}
      fieldsOf={({ name }) => ({ Name: name })}
      readAgain={() => findWorkspace(id)}
      rename={(to) => rename.mutateAsync({ id, ...to })}
      onClose={onClose}
    />
  );
}

/** An empty one goes at once; else it takes along what it holds, so its name is to be typed. */
function DeleteWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const { id, name } = workspace;
  const remove = useMutation(deleteWorkspaceMutation);
  const [typed, setTyped] = useState('');
  const contents = contentsOf(workspace);
  const isEmpty = contents.length === 0;
  const form = useSubmit(['name'], async () => {
    await remove.mutateAsync({ params: { id }, body: isEmpty ? {} : { name } });
    toast.success(`Deleted ${name}`);
    if (chosenWorkspace() === id) chooseWorkspace(undefined);
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Delete ${name}?`}
      description={
        isEmpty
          ? 'The workspace is empty. You cannot undo this.'
          : `Deletes what it contains as well: ${contents.join(', ')}. You cannot undo this.`
      }
      submitLabel="Delete workspace"
      blocked={isEmpty ? undefined : untypedWords(typed, name)}
      filled={typed !== ''}
      form={form}
      onClose={onClose}
    >
      {isEmpty ? null : (
        <TypedNameField
          what="workspace"
          name={name}
          typed={typed}
          error={form.errors.fields.name}
          onTyped={setTyped}
        />
      )}
    </FormDialog>
  );
}

function contentsOf({ keysCount, gatewaysCount, joinKeysCount }: Workspace): string[] {
  return [
    ...(keysCount > 0 ? [`${counted(keysCount, 'key')} (revoked ones included)`] : []),
    ...(gatewaysCount > 0 ? [counted(gatewaysCount, 'gateway')] : []),
    ...(joinKeysCount > 0 ? [counted(joinKeysCount, 'join key')] : []),
  ];
}
