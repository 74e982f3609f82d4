import { ChoiceChips } from '../../../components/choice-chips.tsx';
import { Field } from '../../../components/field.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { TextInput } from '../../../components/text-input.tsx';
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
      <ChoiceChips
        name="expiry"
        value={expiry.choice}
        choices={EXPIRY_CHOICES}
        onChoose={(choice) => onExpiry({ ...expiry, choice })}
      />
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
