import { Field } from '../../../components/field.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { TextInput } from '../../../components/text-input.tsx';
import { joinClasses } from '../../../lib/join-classes.ts';
import { useNow } from '../../../lib/use-now.ts';
import { EXPIRY_CHOICES, type Expiry, localDay } from './expiry.ts';

interface ExpiryFieldProps {
  readonly expiry: Expiry;
  readonly error: string | undefined;
  readonly onExpiry: (expiry: Expiry) => void;
}

export function ExpiryField({ expiry, error, onExpiry }: ExpiryFieldProps) {
  const now = useNow();
  const onDate = expiry.choice === 'date';
  return (
    <FieldGroup label="Expires" error={onDate ? undefined : error}>
      <div className="flex flex-wrap gap-2">
        {EXPIRY_CHOICES.map(({ value, label }) => (
          <label
            key={value}
            className={joinClasses(
              'relative flex h-9 items-center rounded-md border px-3 focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-1',
              expiry.choice === value
                ? 'border-accent bg-tint font-medium'
                : 'border-control/60 hover:bg-hover',
            )}
          >
            <input
              type="radio"
              name="expiry"
              className="absolute inset-0 opacity-0"
              checked={expiry.choice === value}
              onChange={() => onExpiry({ ...expiry, choice: value })}
            />
            {label}
          </label>
        ))}
      </div>
      {onDate ? (
        <div className="mt-2 max-w-56">
          <Field label="Last day" hint="The key works until that day ends." error={error}>
            {(control) => (
              <TextInput
                {...control}
                type="date"
                min={localDay(now)}
                value={expiry.date}
                onChange={(event) => onExpiry({ ...expiry, date: event.target.value })}
              />
            )}
          </Field>
        </div>
      ) : null}
    </FieldGroup>
  );
}
