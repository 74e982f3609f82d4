import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { CopyRow } from '../../components/copy-button.tsx';
import { ShownOnceDialog } from '../../components/forms/shown-once-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { exactTime } from '../../lib/format.ts';
import { serverUrl } from '../../lib/page-address.ts';

interface SecretDialogProps {
  readonly title: string;
  readonly apiKey: ApiKeyWithSecret;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The secret of a new key, or of one that was rotated. */
export function SecretDialog({ title, apiKey, ...leaving }: SecretDialogProps) {
  const [copied, setCopied] = useState(false);
  const { secret } = apiKey;
  return (
    <ShownOnceDialog
      {...leaving}
      title={`${title} ${apiKey.name}`}
      what={secret === undefined ? undefined : 'secret'}
      isSaved={copied}
      loss="To get another one, you would have to rotate the key."
    >
      {secret ? (
        <>
          <Notice tone="warn" title="Copy the secret now: it will not be shown again.">
            Keep it in a password manager or the secret store of your CI. Anyone who has it can use
            the key.
          </Notice>
          <CopyRow label="Secret" text={secret} primary onCopied={() => setCopied(true)} />
          <CopyRow label="Try it" copyLabel="Copy command" text={curlLine(secret)} />
          <AddressHint ranges={apiKey.allowedIps} />
        </>
      ) : (
        <Notice tone="warn" title="The secret is shown only once">
          The key exists, but the answer that held its secret did not arrive. Rotate the key to get
          a new secret.
        </Notice>
      )}
      <OldSecret until={apiKey.previousSecretExpiresAt} />
    </ShownOnceDialog>
  );
}

function AddressHint({ ranges }: { readonly ranges: readonly string[] }) {
  if (ranges.length === 0) return null;
  return (
    <p className="-mt-3 text-[0.8125rem] text-soft">
      The key works only from {ranges.join(', ')}: from any other address, the command is refused.
    </p>
  );
}

function OldSecret({ until }: { readonly until: string | null }) {
  if (!until) return null;
  return <p>The old secret works until {exactTime(until)}.</p>;
}

function curlLine(secret: string): string {
  return `curl -H "Authorization: Bearer ${secret}" ${serverUrl()}/v1/whoami`;
}
