import { useState } from 'react';
import { LineField, type LineFieldProps } from '../../components/forms/line-field.tsx';

/** What proves the second factor beside a password. */
export const CODES = {
  totp: {
    label: 'Code',
    hint: 'Six digits, from your authenticator app.',
    other: 'Use a backup code instead',
  },
  backupCode: {
    label: 'Backup code',
    hint: 'One of the codes that you saved. Each works once.',
    other: 'Use the authenticator app instead',
  },
} as const;

type CodeKind = keyof typeof CODES;

/** A code of either kind, as it is typed. */
export function useCode() {
  const [kind, setKind] = useState<CodeKind>('totp');
  const [text, setText] = useState('');

  /** To the other kind of code. */
  function swap() {
    setKind(kind === 'totp' ? 'backupCode' : 'totp');
    setText('');
  }

  /** Apps show their codes in groups. */
  const code = kind === 'totp' ? text.replace(/\s/g, '') : text.trim();
  return { kind, text, code, setText, swap };
}

interface CodeFieldProps extends Pick<LineFieldProps, 'error' | 'required' | 'autoFocus'> {
  readonly kind: CodeKind;
  readonly text: string;
  readonly onText: (text: string) => void;
}

export function CodeField({ kind, text, onText, ...input }: CodeFieldProps) {
  const { label, hint } = CODES[kind];
  return (
    <LineField
      key={kind}
      label={label}
      hint={hint}
      autoComplete="one-time-code"
      inputMode={kind === 'totp' ? 'numeric' : 'text'}
      spellCheck={false}
      className="font-mono tracking-widest"
      value={text}
      onValue={onText}
      {...input}
    />
  );
}
