import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { counted } from '../../lib/format.ts';
import type { KnownRole } from './queries.ts';

interface RoleFieldProps {
  readonly label?: string;
  readonly roles: readonly KnownRole[];
  /** '' is none yet. */
  readonly roleId: string;
  readonly error: string | undefined;
  readonly onRole: (roleId: string) => void;
}

/** One of the roles, with what the chosen one means. */
export function RoleField({ label = 'Role', roles, roleId, error, onRole }: RoleFieldProps) {
  const chosen = roles.find(({ id }) => id === roleId);
  return (
    <Field
      label={label}
      hint={chosen ? explain(chosen) : 'You can choose roles whose scopes you hold yourself.'}
      error={error}
    >
      {(control) => (
        <Select
          {...control}
          required
          value={roleId}
          options={[
            ...(chosen ? [] : [{ value: '', label: 'Choose a role' }]),
            ...roles.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => onRole(event.target.value)}
        />
      )}
    </Field>
  );
}

function explain({ description, scopes }: KnownRole): string {
  const count = counted(scopes.length, 'scope');
  return description ? `${description}. ${count}.` : `${count}.`;
}
