import { ChoiceChips } from '../../../components/choice-chips.tsx';
import { Field } from '../../../components/field.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { TextInput } from '../../../components/text-input.tsx';
import { useNow } from '../../../lib/use-now.ts';
import { type Expiry, type ExpiryChoice, localDay } from './expiry.ts';

interface ExpiryFieldProps {
  readonly choices: readonly { readonly value: ExpiryChoice; readonly label: string }[];
  readonly expiry: Expiry;
  readonly hint?: string;
  readonly error: string | undefined;
  readonly onExpiry: (expiry: Expiry) => void;
}

export function ExpiryField({ choices, expiry, hint, error, onExpiry }: ExpiryFieldProps) {
  const now = useNow();
  const onDate = expiry.choice === 'date';
  return (
    <FieldGroup label="Expires" hint={hint} error={onDate ? undefined : error}>
      <ChoiceChips
        name="expiry"
        value={expiry.choice}
        choices={choices}
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
