import { ChoiceChips } from '../../../components/choice-chips.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { LineField } from '../../../components/line-field.tsx';
import { REASON_CHOICES, type RevokeReason } from './revoke-reason.ts';

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
