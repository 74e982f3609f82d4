import type { Workspace } from '@tollkeeper/contract';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';

interface WorkspaceFieldProps {
  readonly workspaces: readonly Workspace[];
  /** Else every workspace is a choice, too. */
  readonly required: boolean;
  readonly hint: string;
  /** '' is none. */
  readonly workspaceId: string;
  readonly error: string | undefined;
  readonly onWorkspace: (workspaceId: string) => void;
}

export function WorkspaceField({
  workspaces,
  required,
  hint,
  workspaceId,
  error,
  onWorkspace,
}: WorkspaceFieldProps) {
  const none = required ? 'Choose a workspace' : 'Every workspace';
  return (
    <Field label="Workspace" error={error} hint={hint}>
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
