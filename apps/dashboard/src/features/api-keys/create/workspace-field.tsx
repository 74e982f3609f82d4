import type { Workspace } from '@tollkeeper/contract';
import { Field } from '../../../components/field.tsx';
import { Select } from '../../../components/select.tsx';

interface WorkspaceFieldProps {
  readonly workspaces: readonly Workspace[];
  readonly required: boolean;
  readonly workspaceId: string;
  readonly error: string | undefined;
  readonly onWorkspace: (workspaceId: string) => void;
}

export function WorkspaceField({
  workspaces,
  required,
  workspaceId,
  error,
  onWorkspace,
}: WorkspaceFieldProps) {
  const none = required ? 'Choose a workspace' : 'Every workspace';
  return (
    <Field
      label="Workspace"
      error={error}
      hint={
        required
          ? 'The key works inside this workspace only.'
          : 'Choose one to confine the key to it.'
      }
    >
      {(control) => (
        <Select
          {...control}
          value={workspaceId}
          options={[
            ...(required && workspaceId ? [] : [{ value: '', label: none }]),
            ...workspaces.map(({ id, name, environment }) => ({
              value: id,
              label: `${name} (${environment})`,
            })),
          ]}
          onChange={(event) => onWorkspace(event.target.value)}
        />
      )}
    </Field>
  );
}
