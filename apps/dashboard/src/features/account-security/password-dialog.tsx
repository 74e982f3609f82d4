import { type ReactNode, useState } from 'react';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';

interface PasswordDialogProps {
  readonly title: string;
  readonly description: ReactNode;
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** Asks the server, which refuses a wrong password as a field that is wrong. */
  readonly ask: (password: string) => Promise<unknown>;
  readonly onAnswer: (answer: unknown) => Promise<void> | void;
  readonly onClose: () => void;
}

/** Before anything about one's second factors changes: the password, again. */
export function PasswordDialog({ ask, onAnswer, onClose, ...words }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const { pending, errors, submit } = useSubmit(['password'], async () => {
    const asking = ask(password);
    await onAnswer(await tellAt('password', 'validation_failed', asking, 'The password is wrong.'));
  });
  return (
    <Dialog title={words.title} description={words.description} onClose={onClose}>
      <ActionForm
        submitLabel={words.submitLabel}
        danger={words.danger ?? false}
        blocked={password === '' ? 'Enter your password.' : undefined}
        filled={password !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <PasswordField value={password} error={errors.fields.password} onValue={setPassword} />
      </ActionForm>
    </Dialog>
  );
}
