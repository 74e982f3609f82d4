import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { changeSession } from '../../lib/session-endpoint.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';

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
    hint: 'One of those that you kept when you set the app up. Each works once.',
    wrong: 'The backup code is wrong, or was used already.',
    other: 'Use the authenticator app instead',
  },
} as const;

/** The second step of signing in, after the password. */
export function SecondFactorForm({ onSignedIn, onBack }: SecondFactorFormProps) {
  const [way, setWay] = useState<keyof typeof WAYS>('app');
  const [code, setCode] = useState('');
  const { endpoint, label, hint, wrong, other } = WAYS[way];
  const { pending, errors, submit } = useSubmit(['code'], async () => {
    const typed = way === 'app' ? code.replace(/\s/g, '') : code.trim();
    await tellAt('code', 'unauthenticated', changeSession(endpoint, { code: typed }), wrong);
    await onSignedIn();
  });

  function swap() {
    setWay(way === 'app' ? 'backup' : 'app');
    setCode('');
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>Your password is right. Your account asks for a code, too.</p>
      {errors.form.length > 0 ? (
        <Notice tone="bad" urgent>
          {errors.form.join(' ')}
        </Notice>
      ) : null}
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
