import { LineField } from '../../../components/line-field.tsx';

const EXAMPLES = ['cursor-dev', 'ci-pipeline', 'staging-gateway'];

interface NameFieldProps {
  readonly name: string;
  readonly error: string | undefined;
  readonly onName: (name: string) => void;
}

export function NameField({ name, error, onName }: NameFieldProps) {
  return (
    <div>
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="ci-pipeline"
        error={error}
        value={name}
        onValue={onName}
      />
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
