import { useMutation } from '@tanstack/react-query';
import type { Factor } from '@tollkeeper/contract';
import { Fingerprint } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/forms/dialog.tsx';
import { DialogForm } from '../../components/forms/form-dialog.tsx';
import { PasswordField } from '../../components/forms/line-field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { createQuestion } from '../../lib/question.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { explainPasskeyError, hasPasskeys } from '../../lib/web-authn.ts';
import { givenPassword } from '../../lib/with-password.ts';
import { CODES, CodeField, useCode } from './code-field.tsx';
import { askPasskey, confirmSessionMutation, type Proof } from './queries.ts';

interface Asked {
  /** Those that would do. */
  readonly factors: readonly Factor[];
  /** What the person has typed already for the request that asks. */
  readonly password: string | undefined;
}

const question = createQuestion<Asked>();

/**
 * Asks the person to sign in once more to the session that they have, unless the password does, and
 * they have just typed it.
 * @param factors those that would do
 * @returns whether they did
 * @throws ApiError sign_in_failed where the password that they typed is wrong
 */
export async function askConfirmation(factors: readonly Factor[]): Promise<boolean> {
  const password = givenPassword();
  if (password === undefined || !factors.includes('password')) {
    return question.ask({ factors, password });
  }
  await api.confirmSession({ body: { password } });
  return true;
}

/** Before what gives power away: the strongest factor that the person has, once more. */
export function ConfirmIdentity() {
  const asked = question.useAsked();
  if (!asked) return null;
  const { factors, password } = asked;
  const byPasskey = factors.includes('passkey');
  const byPassword = factors.some((factor) => factor !== 'passkey');
  return (
    <Dialog
      title="Confirm it is you"
      description="This requires a sign-in from the last few minutes. You then continue where you left off."
      onClose={() => question.answer(false)}
    >
      {byPasskey ? <PasskeyProof isOnly={!byPassword} /> : null}
      {byPassword ? (
        <PasswordProof given={password} withCode={!factors.includes('password')} />
      ) : null}
    </Dialog>
  );
}

function useConfirm(): (body: Proof) => Promise<void> {
  const { mutateAsync } = useMutation(confirmSessionMutation);
  return async (body) => {
    await mutateAsync(body);
    question.answer(true);
  };
}

function PasskeyProof({ isOnly }: { readonly isOnly: boolean }) {
  const confirm = useConfirm();
  const [message, setMessage] = useState<string>();
  const { pending, errors, submit } = useSubmit([], async () => {
    setMessage(undefined);
    try {
      await confirm({ passkey: (await askPasskey()) as NonNullable<Proof['passkey']> });
    } catch (error) {
      const explained = explainPasskeyError(error);
      if (explained === undefined) throw error;
      setMessage(explained);
    }
  });
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <ErrorNotice messages={message ? [message] : errors.form} />
        {hasPasskeys() ? (
          <Button type="submit" pending={pending} data-initial-focus>
            <Fingerprint size={16} aria-hidden />
            Use a passkey
          </Button>
        ) : (
          <p>Your passkey cannot be used in this browser, or at this address.</p>
        )}
      </DialogBody>
      {isOnly ? (
        <DialogFooter>
          <Button look="quiet" onClick={() => question.answer(false)}>
            Cancel
          </Button>
        </DialogFooter>
      ) : null}
    </form>
  );
}

interface PasswordProofProps {
  readonly given: string | undefined;
  readonly withCode: boolean;
}

function PasswordProof({ given, withCode }: PasswordProofProps) {
  const confirm = useConfirm();
  const [password, setPassword] = useState(given ?? '');
  const { kind, text, code, setText, swap } = useCode();
  const { label, other } = CODES[kind];
  const form = useSubmit([], async () => {
    await confirm({ password, ...(withCode ? { [kind]: code } : {}) });
  });

  return (
    <DialogForm
      submitLabel="Confirm"
      blocked={blockedWords(password, withCode, code, label)}
      filled={password + text !== ''}
      form={form}
      onClose={() => question.answer(false)}
    >
      {given === undefined || form.errors.form.length > 0 ? (
        <PasswordField value={password} error={undefined} onValue={setPassword} />
      ) : null}
      {withCode ? (
        <div className="flex flex-col items-start gap-2">
          <CodeField kind={kind} text={text} error={undefined} onText={setText} />
          <Button look="quiet" size="small" onClick={swap}>
            {other}
          </Button>
        </div>
      ) : null}
    </DialogForm>
  );
}

function blockedWords(
  password: string,
  withCode: boolean,
  code: string,
  label: string,
): string | undefined {
  if (password === '') return 'Enter your password.';
  return withCode && code === '' ? `Enter the ${label.toLowerCase()}.` : undefined;
}
