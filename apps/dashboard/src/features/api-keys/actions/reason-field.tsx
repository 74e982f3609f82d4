import { ChoiceChips } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';

interface ReasonFieldProps {
  readonly reason: RevokeReason;
  readonly error?: string | undefined;
  readonly onReason: (reason: RevokeReason) => void;
}

export function ReasonField({ reason, error, onReason }: ReasonFieldProps) {
  return (
    <FieldGroup label="Reason">
      <ChoiceChips
        name="reason"
        value={reason.choice}
        choices={REASON_CHOICES}
        onChoose={(choice) => onReason({ ...reason, choice })}
      />
      {reason.choice === 'other' ? (
        <div className="mt-2">
          <LineField
            label="Other reason"
            hint="Optional. It is stored with the key and in the audit log."
            lengthMax={200}
            placeholder="Laptop lost"
            error={error}
            value={reason.text}
            onValue={(text) => onReason({ ...reason, text })}
          />
        </div>
      ) : null}
    </FieldGroup>
  );
}

/** Why keys are revoked, as most people answer. */
const REASON_CHOICES = [
  { value: 'leaked', label: 'Leaked' },
  { value: 'unneeded', label: 'No longer needed' },
  { value: 'other', label: 'Other' },
] as const;

interface RevokeReason {
  readonly choice: (typeof REASON_CHOICES)[number]['value'];
  /** With "other". */
  readonly text: string;
}

export const NO_REASON: RevokeReason = { choice: 'other', text: '' };

const WORDS = { leaked: 'Leaked', unneeded: 'No longer needed' } as const;

/** What is kept with the key; '' is nothing. */
export function reasonText({ choice, text }: RevokeReason): string {
  return choice === 'other' ? text.trim() : WORDS[choice];
}
