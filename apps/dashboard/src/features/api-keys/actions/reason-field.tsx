import { Field } from '../../../components/field.tsx';
import { TextInput } from '../../../components/text-input.tsx';

interface ReasonFieldProps {
  readonly value: string;
  readonly error?: string | undefined;
  readonly onValue: (value: string) => void;
}

export function ReasonField({ value, error, onValue }: ReasonFieldProps) {
  return (
    <Field label="Reason" hint="Optional. Kept with the key and in the audit log." error={error}>
      {(control) => (
        <TextInput
          {...control}
          maxLength={200}
          autoComplete="off"
          placeholder="Laptop lost"
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}
