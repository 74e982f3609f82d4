import { Field } from './field.tsx';
import { TextInput } from './text-input.tsx';

interface PasswordFieldProps {
  readonly label?: string;
  readonly hint?: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (value: string) => void;
}

/** The password that the person has already. */
export function PasswordField({
  label = 'Your password',
  hint,
  value,
  error,
  onValue,
}: PasswordFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <TextInput
          {...control}
          type="password"
          autoComplete="current-password"
          required
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}
