import { Field } from '../../../components/field.tsx';
import { TextInput } from '../../../components/text-input.tsx';

const EXAMPLES = ['cursor-dev', 'ci-pipeline', 'staging-gateway'];

interface NameFieldProps {
  readonly name: string;
  readonly error: string | undefined;
  readonly onName: (name: string) => void;
}

export function NameField({ name, error, onName }: NameFieldProps) {
  return (
    <div>
      <Field label="Name" error={error}>
        {(control) => (
          <TextInput
            {...control}
            maxLength={64}
            autoComplete="off"
            placeholder="ci-pipeline"
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        )}
      </Field>
      <p className="mt-2 flex flex-wrap items-center gap-1.5 text-[0.8125rem] text-soft">
        <span>For example</span>
        {EXAMPLES.map((example) => (
          <button
            key={example}
            type="button"
            aria-label={`Use the name ${example}`}
            onClick={() => onName(example)}
            className="min-h-6 rounded-full border border-line px-2.5 hover:border-control hover:text-ink"
          >
            {example}
          </button>
        ))}
      </p>
    </div>
  );
}
