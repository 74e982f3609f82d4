import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { secondFactorMutation } from './queries.ts';

interface SecondFactorFormProps {
  readonly onSignedIn: () => Promise<void>;
  readonly onBack: () => void;
}

const WAYS = {
  app: {
    endpoint: 'two-factor/verify-totp',
    label: 'Code',
    hint: 'Six digits, from your authenticator app.',
    wrong: 'The code is wrong or outdated. Enter the one that the app shows now.',
    other: 'Use a backup code instead',
  },
  backup: {
    endpoint: 'two-factor/verify-backup-code',
    label: 'Backup code',
    hint: 'One of the codes that you saved. Each works once.',
    wrong: 'The backup code is wrong, or was used already.',
    other: 'Use the authenticator app instead',
  },
} as const;

/** The second step of signing in, after the password. */
export function SecondFactorForm({ onSignedIn, onBack }: SecondFactorFormProps) {
  const verify = useMutation(secondFactorMutation);
  const [way, setWay] = useState<keyof typeof WAYS>('app');
  const [code, setCode] = useState('');
  const { endpoint, label, hint, wrong, other } = WAYS[way];
  const { pending, errors, submit } = useSubmit(['code'], async () => {
    const typed = way === 'app' ? code.replace(/\s/g, '') : code.trim();
    await verify.mutateAsync({ endpoint, code: typed, wrong });
    await onSignedIn();
  });

  function swap() {
    setWay(way === 'app' ? 'backup' : 'app');
    setCode('');
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>Your password is correct. Now enter a code.</p>
      <ErrorNotice messages={errors.form} />
      <LineField
        key={way}
        autoFocus
        label={label}
        hint={hint}
        required
        autoComplete="one-time-code"
        inputMode={way === 'app' ? 'numeric' : 'text'}
        spellCheck={false}
        className="font-mono tracking-widest"
        error={errors.fields.code}
        value={code}
        onValue={setCode}
      />
      <Button type="submit" look="primary" pending={pending}>
        Verify
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button look="quiet" size="small" onClick={swap}>
          {other}
        </Button>
        <Button look="quiet" size="small" onClick={onBack}>
          Start over
        </Button>
      </div>
    </form>
  );
}
