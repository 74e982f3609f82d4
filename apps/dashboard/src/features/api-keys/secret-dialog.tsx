import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyRow } from '../../components/copy-row.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { exactTime } from '../../lib/exact-time.ts';

interface SecretDialogProps {
  readonly title: string;
  readonly apiKey: ApiKeyWithSecret;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** A secret, the one time that it is shown. It lives in this dialog's memory and nowhere else. */
export function SecretDialog({ title, apiKey, onClose, onReturnFocus }: SecretDialogProps) {
  const [copied, setCopied] = useState(false);
  const [warned, setWarned] = useState(false);
  const { secret } = apiKey;

  // Escape and the cross are easily hit by mistake: the first one asks, unless it was copied.
  function leave() {
    if (copied || warned || !secret) onClose();
    else setWarned(true);
  }

  return (
    <Dialog
      title={`${title} ${apiKey.name}`}
      width="wide"
      closesOutside={false}
      onReturnFocus={onReturnFocus}
      onClose={leave}
    >
      <DialogBody>
        {secret ? (
          <>
            <Notice tone="warn" title="Copy the secret now: it will not be shown again.">
              Keep it in a password manager or the secret store of your CI. Whoever has it can use
              the key.
            </Notice>
            <CopyRow label="Secret" text={secret} primary onCopied={() => setCopied(true)} />
            <CopyRow label="Try it" copyLabel="Copy command" text={curlLine(secret)} />
          </>
        ) : (
          <Notice tone="warn" title="The secret is not shown twice">
            The key exists, but the answer that held its secret did not arrive. Rotate the key to
            get a new secret.
          </Notice>
        )}
        <OldSecret until={apiKey.previousSecretExpiresAt} />
        {warned ? (
          <Notice tone="bad" urgent title="The secret is not copied yet">
            Close once more to leave without it. The key can then only be rotated.
          </Notice>
        ) : null}
      </DialogBody>
      <DialogFooter>
        {secret ? (
          <p className="mr-auto text-[0.8125rem] text-soft">Closing hides the secret for good.</p>
        ) : null}
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function OldSecret({ until }: { readonly until: string | null }) {
  if (!until) return null;
  return <p>The old secret works until {exactTime(until)}.</p>;
}

function curlLine(secret: string): string {
  return `curl -H "Authorization: Bearer ${secret}" ${location.origin}/v1/whoami`;
}
