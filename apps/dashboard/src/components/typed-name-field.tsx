import { Field } from './field.tsx';
import { TextInput } from './text-input.tsx';

interface TypedNameFieldProps {
  /** What the name is of: "key". */
  readonly what: string;
  readonly name: string;
  readonly typed: string;
  readonly error?: string | undefined;
  readonly onTyped: (typed: string) => void;
}

/** Before what cannot be undone: the name, typed again. */
export function TypedNameField({ what, name, typed, error, onTyped }: TypedNameFieldProps) {
  return (
    <Field
      label={`Type the name of the ${what}`}
      hint={
        <>
          Type <strong className="font-medium text-ink">{name}</strong> to confirm.
        </>
      }
      error={error}
    >
      {(control) => (
        <TextInput
          {...control}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => onTyped(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Why the button beside it cannot be pressed; undefined once the name is typed. */
export function untypedWords(typed: string, name: string): string | undefined {
  return isTyped(typed, name) ? undefined : 'Type the name to confirm.';
}

export function isTyped(typed: string, name: string): boolean {
  return typed.trim() === name.trim();
}
