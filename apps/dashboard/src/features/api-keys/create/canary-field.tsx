import { CheckRow } from '../../../components/forms/choices.tsx';

interface CanaryFieldProps {
  readonly canary: boolean;
  readonly onCanary: (canary: boolean) => void;
}

export function CanaryField({ canary, onCanary }: CanaryFieldProps) {
  return (
    <CheckRow
      label="Canary key"
      hint="A key that nobody should use: it never works, and each use raises an alarm. Plant it where only an intruder looks. This cannot be changed later."
      checked={canary}
      onCheck={onCanary}
    />
  );
}

/** Beside the name of a key, in lists and on its page. */
export function CanaryBadge() {
  return (
    <span className="inline-block rounded-full bg-warn-tint px-2 py-px text-[0.75rem] text-warn-ink">
      Canary
    </span>
  );
}
