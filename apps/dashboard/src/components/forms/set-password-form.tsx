import { type ReactNode, useState } from 'react';
import type { FormErrors } from '../../lib/api-errors.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { Button } from '../button.tsx';
import { ErrorNotice } from '../notice.tsx';
import { NewPasswordField, passwordError } from './new-password-field.tsx';

interface SetPasswordFormProps<F extends string> {
  readonly label?: string;
  readonly submitLabel: string;
  /** The password's name in the request, which the server's refusals use. */
  readonly passwordName: string;
  /** The names of the fields above the password. */
  readonly names: readonly F[];
  readonly onSubmit: (password: string) => Promise<void>;
  /** The fields above the password. */
  readonly children?: (errors: FormErrors<F>['fields']) => ReactNode;
}

/** A form that ends in a password to choose: a reset, a new account, the first set-up. */
export function SetPasswordForm<F extends string = never>({
  label = 'Password',
  submitLabel,
  passwordName,
  names,
  onSubmit,
  children,
}: SetPasswordFormProps<F>) {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [refused, setRefused] = useState({ password, repeated });
  const { pending, errors, submit } = useSubmit<string>(
    [...names, passwordName],
    () => onSubmit(password),
    () => {
      setRefused({ password, repeated });
      return checkPassword(passwordName, password, repeated);
    },
  );
  const isChanged = password !== refused.password || repeated !== refused.repeated;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <ErrorNotice messages={errors.form} />
      {children?.(errors.fields as FormErrors<F>['fields'])}
      <NewPasswordField
        label={label}
        password={password}
        repeated={repeated}
        error={isChanged ? undefined : errors.fields[passwordName]}
        repeatedError={isChanged ? undefined : errors.fields[REPEATED]}
        onPassword={setPassword}
        onRepeated={setRepeated}
      />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        {submitLabel}
      </Button>
    </form>
  );
}

const REPEATED = 'repeated';

function checkPassword(
  passwordName: string,
  password: string,
  repeated: string,
): Readonly<Record<string, string>> {
  const error = passwordError(password);
  if (error !== undefined) return { [passwordName]: error };
  return repeated === password ? {} : { [REPEATED]: 'The two passwords are not the same.' };
}
