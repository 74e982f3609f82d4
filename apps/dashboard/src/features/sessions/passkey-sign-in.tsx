import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { explainError } from '../../lib/explain-error.ts';
import { explainPasskeyError } from '../../lib/web-authn.ts';
import { passkeySignInMutation } from './queries.ts';

/** Signing in with a passkey alone: it holds both factors. */
export function PasskeySignIn({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  const { mutate, isPending, error } = useMutation({
    ...passkeySignInMutation,
    onSuccess: onSignedIn,
  });
  return (
    <div className="flex flex-col gap-3 border-line border-t pt-4">
      <ErrorNotice messages={error ? [explainPasskeyError(error) ?? explainError(error)] : []} />
      <Button pending={isPending} onClick={() => mutate()}>
        <Fingerprint size={16} aria-hidden />
        Sign in with a passkey
      </Button>
    </div>
  );
}
