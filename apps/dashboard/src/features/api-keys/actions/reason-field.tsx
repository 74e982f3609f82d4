import { LineField } from '../../../components/line-field.tsx';

interface ReasonFieldProps {
  readonly value: string;
  readonly error?: string | undefined;
  readonly onValue: (value: string) => void;
}

export function ReasonField({ value, error, onValue }: ReasonFieldProps) {
  return (
    <LineField
      label="Reason"
      hint="Optional. Kept with the key and in the audit log."
      lengthMax={200}
      placeholder="Laptop lost"
      error={error}
      value={value}
      onValue={onValue}
    />
  );
}
