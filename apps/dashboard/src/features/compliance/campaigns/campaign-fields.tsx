import { useQuery } from '@tanstack/react-query';
import { Select } from '../../../components/forms/controls.tsx';
import { Field } from '../../../components/forms/field.tsx';
import { membersQuery } from '../../members/index.ts';
import { useCan } from '../../sessions/index.ts';

/** A day in the reader's time zone, as a date field writes it. */
export function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The end of that day. */
export const endOf = (day: string) => new Date(`${day}T23:59:59`).toISOString();

export function blockedWords({ name, day }: { readonly name: string; readonly day: string }) {
  if (name.trim() === '') return 'Enter a name.';
  return day === '' ? 'Choose the last day.' : undefined;
}

interface ReviewerFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (id: string) => void;
}

/** Offers the members, where the person may see them. */
export function ReviewerField({ value, error, onValue }: ReviewerFieldProps) {
  const mayRead = useCan('members.read');
  const { data = [] } = useQuery({ ...membersQuery, enabled: mayRead });
  if (!mayRead) return null;
  return (
    <Field
      label="Reviewer"
      hint="Decides about the keys whose owner cannot: one who is suspended, or whose role lacks the scopes."
      error={error}
    >
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={(event) => onValue(event.target.value)}
          options={data
            .filter(({ status }) => status === 'active')
            .map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }))}
        />
      )}
    </Field>
  );
}
