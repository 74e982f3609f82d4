import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../button.tsx';
import { LineField } from './line-field.tsx';

interface NewPasswordFieldProps {
  readonly label: string;
  readonly password: string;
  readonly repeated: string;
  readonly error: string | undefined;
  readonly repeatedError: string | undefined;
  readonly onPassword: (password: string) => void;
  readonly onRepeated: (repeated: string) => void;
}

/** A password to choose: entered twice, shown on demand, with an estimate of its strength. */
export function NewPasswordField({ label, password, repeated, ...props }: NewPasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  const input = {
    type: isShown ? 'text' : 'password',
    autoComplete: 'new-password',
    spellCheck: false,
    autoCapitalize: 'none',
    required: true,
  };
  return (
    <>
      <div className="flex flex-col items-start gap-2">
        <div className="w-full">
          <LineField
            {...input}
            label={label}
            hint={<StrengthHint password={password} />}
            lengthMax={PASSWORD_LENGTH_MAX}
            error={props.error}
            value={password}
            onValue={props.onPassword}
          />
        </div>
        <Button
          look="quiet"
          size="small"
          className="-ml-2.5"
          onClick={() => setShown((before) => !before)}
        >
          <Icon size={14} aria-hidden />
          {isShown ? 'Hide password' : 'Show password'}
        </Button>
      </div>
      <LineField
        {...input}
        label="Repeat the password"
        error={props.repeatedError}
        value={repeated}
        onValue={props.onRepeated}
      />
    </>
  );
}

const STRENGTHS: Readonly<Record<PasswordStrength, { word: string; share: number; look: string }>> =
  {
    weak: { word: 'Weak: easy to guess', share: 1, look: 'text-bad' },
    fair: { word: 'Fair: a longer one is safer', share: 2, look: 'text-warn' },
    strong: { word: 'Strong', share: 3, look: 'text-good' },
  };

function StrengthHint({ password }: { readonly password: string }) {
  if (password.length < PASSWORD_LENGTH_MIN) {
    return `At least ${PASSWORD_LENGTH_MIN} characters. A few random words are strong and easy to type.`;
  }
  const { word, share, look } = STRENGTHS[passwordStrength(password)];
  return (
    <span className="flex flex-col gap-1.5">
      <progress
        aria-label="Strength"
        aria-valuetext={word}
        max={3}
        value={share}
        className={`slim-bar block ${look}`}
      />
      {word}
    </span>
  );
}

/** The shortest and longest password that the server takes. */
export const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 128;

type PasswordStrength = 'weak' | 'fair' | 'strong';

const FAIR_FROM = 9;
const STRONG_FROM = 14;

/**
 * A rough estimate, from the characters that a reader could not have foreseen: not those that repeat
 * or continue the ones before them, as in "aaaa", "1234" and "abcabc".
 */
export function passwordStrength(password: string): PasswordStrength {
  const count = countUnforeseen(password.toLowerCase());
  if (count >= STRONG_FROM) return 'strong';
  return count >= FAIR_FROM ? 'fair' : 'weak';
}

function countUnforeseen(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const step = at === 0 ? Number.NaN : text.charCodeAt(at) - text.charCodeAt(at - 1);
    const continues = Math.abs(step) <= 1;
    const repeats = at >= 3 && text.slice(0, at).includes(text.slice(at - 2, at + 1));
    if (!continues && !repeats) count += 1;
  }
  return count;
}

/** Why the server would refuse the password; undefined when it would take it. */
export function passwordError(password: string): string | undefined {
  if (password.length >= PASSWORD_LENGTH_MIN) return undefined;
  return `Use at least ${PASSWORD_LENGTH_MIN} characters. This has ${password.length}.`;
}
