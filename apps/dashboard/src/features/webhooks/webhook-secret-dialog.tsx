import type { WebhookEndpointWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { CopyRow } from '../../components/copy-button.tsx';
import { ShownOnceDialog } from '../../components/forms/shown-once-dialog.tsx';
import { Notice } from '../../components/notice.tsx';

interface WebhookSecretDialogProps {
  readonly endpoint: WebhookEndpointWithSecret;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** What verifies the signatures of an endpoint: the secret, this one time, or the public key. */
export function WebhookSecretDialog({ endpoint, ...leaving }: WebhookSecretDialogProps) {
  const { name, secret, publicKey, previousSecretUntil } = endpoint;
  const [copied, setCopied] = useState(false);
  return (
    <ShownOnceDialog
      {...leaving}
      title={publicKey ? `Public key: ${name}` : `Signing secret: ${name}`}
      what={secret === undefined ? undefined : 'secret'}
      isSaved={copied}
      loss="You would have to rotate it."
    >
      {secret ? (
        <>
          <Notice tone="warn" title="Copy it now: it will not be shown again.">
            Your receiver verifies the signature of each event with it.
          </Notice>
          <CopyRow label="Signing secret" text={secret} primary onCopied={() => setCopied(true)} />
        </>
      ) : null}
      {publicKey ? <CopyRow label="Public key" text={publicKey} primary /> : null}
      {secret || publicKey ? null : (
        <Notice tone="warn" title="The secret is shown only once">
          The endpoint exists, but the answer that held its secret did not arrive. Rotate the secret
          for another one.
        </Notice>
      )}
      {previousSecretUntil ? (
        <p className="text-soft">
          For 24 hours, each event is signed with the previous secret as well.
        </p>
      ) : null}
    </ShownOnceDialog>
  );
}
