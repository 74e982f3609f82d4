import type { ComponentProps, ReactNode } from 'react';
import { formatCount } from '../../lib/format.ts';
import { TextInput } from './controls.tsx';
import { Field } from './field.tsx';

/** From this part of the longest length on, the field counts along. */
const COUNTED_FROM = 0.8;

export interface LineFieldProps
  extends Omit<ComponentProps<'input'>, 'onChange' | 'id' | 'value' | 'maxLength'> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** The most characters that the server takes. More can be typed, and are refused in words. */
  readonly lengthMax?: number;
  readonly error: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** One line of text with its label. */
export function LineField({ label, hint, lengthMax, error, onValue, ...input }: LineFieldProps) {
  const { length } = input.value;
  const counts = lengthMax !== undefined && length >= lengthMax * COUNTED_FROM;
  return (
    <Field
      label={label}
      hint={counts ? <Counted hint={hint} length={length} lengthMax={lengthMax} /> : hint}
      error={tooLong(input.value, lengthMax) ?? error}
    >
      {(control) => (
        <TextInput
          autoComplete="off"
          {...input}
          {...control}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

/** What to say of a text that is longer than the server takes; undefined where it fits. */
export function tooLong(text: string, lengthMax: number | undefined): string | undefined {
  if (lengthMax === undefined || text.length <= lengthMax) return undefined;
  return `Use at most ${lengthMax} characters. This has ${formatCount(text.length)}.`;
}

interface CountedProps {
  readonly hint: ReactNode;
  readonly length: number;
  readonly lengthMax: number;
}

function Counted({ hint, length, lengthMax }: CountedProps) {
  return (
    <span className="flex justify-between gap-3">
      <span>{hint}</span>
      <span className="shrink-0">
        {formatCount(length)} of {formatCount(lengthMax)} characters
      </span>
    </span>
  );
}

interface PasswordFieldProps {
  readonly label?: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (value: string) => void;
}

/** The password that the person has already. */
export function PasswordField({ label = 'Your password', ...field }: PasswordFieldProps) {
  return (
    <LineField label={label} type="password" autoComplete="current-password" required {...field} />
  );
}

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
    <LineField
      label={`Type the name of the ${what}`}
      hint={
        <>
          Type <strong className="font-medium text-ink">{name}</strong> to confirm.
        </>
      }
      spellCheck={false}
      error={error}
      value={typed}
      onValue={onTyped}
    />
  );
}

/** Why the button beside it cannot be pressed; undefined once the name is typed. */
export function untypedWords(typed: string, name: string): string | undefined {
  return isTyped(typed, name) ? undefined : 'Type the name to confirm.';
}

export function isTyped(typed: string, name: string): boolean {
  return typed.trim() === name.trim();
}
