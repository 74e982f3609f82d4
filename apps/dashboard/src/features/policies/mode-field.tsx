import type { PolicyMode } from '@tollkeeper/contract';
import { useId } from 'react';
import { RadioRow } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';

interface ModeFieldProps {
  readonly mode: PolicyMode;
  readonly error: string | undefined;
  readonly onMode: (mode: PolicyMode) => void;
}

export function ModeField({ mode, error, onMode }: ModeFieldProps) {
  const name = useId();
  return (
    <FieldGroup label="Mode" error={error}>
      <div className="grid gap-2 sm:grid-cols-2">
        <RadioRow
          name={name}
          label="Enforced"
          hint="Gateways decide by it."
          checked={mode === 'enforce'}
          onChoose={() => onMode('enforce')}
        />
        <RadioRow
          name={name}
          label="Shadow"
          hint="Gateways evaluate and count it, and decide without it."
          checked={mode === 'shadow'}
          onChoose={() => onMode('shadow')}
        />
      </div>
    </FieldGroup>
  );
}
