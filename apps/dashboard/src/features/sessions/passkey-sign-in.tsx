import { Fingerprint } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { explainError } from '../../lib/explain-error.ts';
import { changeSession, readSession } from '../../lib/session-endpoint.ts';
import { explainPasskeyError, provePasskey } from '../../lib/web-authn.ts';

/** Signing in with a passkey alone: it holds both factors. */
export function PasskeySignIn({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  const [pending, setPending] = useState(false);
  const [message, setMessage] = useState<string>();

  async function begin() {
    setPending(true);
    setMessage(undefined);
    try {
      const response = await provePasskey(
        await readSession('passkey/generate-authenticate-options'),
      );
      await changeSession('passkey/verify-authentication', { response });
      await onSignedIn();
    } catch (error) {
      setMessage(explainPasskeyError(error) ?? explainError(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <div className="flex flex-col gap-3 border-line border-t pt-4">
      {message ? (
        <Notice tone="bad" urgent>
          {message}
        </Notice>
      ) : null}
      <Button pending={pending} onClick={begin}>
        <Fingerprint size={16} aria-hidden />
        Sign in with a passkey
      </Button>
    </div>
  );
}
