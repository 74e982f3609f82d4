import type { Member } from '@tollkeeper/contract';
import { Field } from '../../components/field.tsx';
import { FieldGroup } from '../../components/field-group.tsx';
import { RadioRow } from '../../components/radio-row.tsx';
import { Select } from '../../components/select.tsx';
import { counted } from '../../lib/format-count.ts';

interface KeysFateFieldProps {
  readonly keysCount: number;
  readonly handsOver: boolean;
  readonly heirId: string;
  readonly heirs: readonly Member[];
  readonly error: string | undefined;
  readonly onHandsOver: (handsOver: boolean) => void;
  readonly onHeir: (heirId: string) => void;
}

/** Keys never outlive their owner unnoticed: they are revoked, or someone else answers for them. */
export function KeysFateField(props: KeysFateFieldProps) {
  const { keysCount, handsOver, onHandsOver } = props;
  return (
    <FieldGroup
      label={`What happens to their ${keysCount === 1 ? 'live key' : counted(keysCount, 'live key')}?`}
    >
      <RadioRow
        name="keys"
        label="Revoke the keys"
        hint="They stop working everywhere, for good."
        checked={!handsOver}
        onChoose={() => onHandsOver(false)}
      />
      <RadioRow
        name="keys"
        label="Hand the keys over"
        hint="They keep working, limited to the scopes of their new owner’s role."
        checked={handsOver}
        onChoose={() => onHandsOver(true)}
      />
      {handsOver ? <HeirField {...props} /> : null}
    </FieldGroup>
  );
}

function HeirField({ heirId, heirs, error, onHeir }: KeysFateFieldProps) {
  return (
    <div className="mt-2">
      <Field label="New owner of the keys" hint="An active member." error={error}>
        {(control) => (
          <Select
            {...control}
            value={heirId}
            options={[
              ...(heirId ? [] : [{ value: '', label: 'Choose a member' }]),
              ...heirs.map(({ id, name, email, roleName }) => ({
                value: id,
                label: `${name} (${email}, ${roleName})`,
              })),
            ]}
            onChange={(event) => onHeir(event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}
