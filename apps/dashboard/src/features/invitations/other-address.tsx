import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { explainError } from '../../lib/explain-error.ts';
import { signOut } from '../sessions/index.ts';

interface OtherAddressProps {
  /** Who is signed in; undefined when the server does not say. */
  readonly email: string | undefined;
  readonly invited: string;
  readonly onLeft: () => Promise<unknown>;
}

/** The invitation is for someone else than who is signed in. */
export function OtherAddress({ email, invited, onLeft }: OtherAddressProps) {
  const [message, setMessage] = useState<string>();

  async function leave() {
    try {
      await signOut();
      await onLeft();
    } catch (error) {
      setMessage(explainError(error));
    }
  }

  return (
    <>
      <Notice tone="warn" title={`The invitation is for ${invited}`}>
        You are signed in {email ? `as ${email}` : 'with another address'}. Sign out here to go on;
        the link stays good.
      </Notice>
      {message ? (
        <Notice tone="bad" urgent>
          {message}
        </Notice>
      ) : null}
      <Button look="primary" onClick={leave}>
        Sign out and continue
      </Button>
    </>
  );
}
