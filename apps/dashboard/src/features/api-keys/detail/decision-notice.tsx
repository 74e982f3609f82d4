import type { ApiKeyDetail } from '@tollkeeper/contract';
import { Notice } from '../../../components/notice.tsx';
import { exactTime } from '../../../lib/exact-time.ts';
import { useIdentity } from '../../sessions/index.ts';
import { enableBlock } from '../actions/enable-block.ts';

/** Why the key is refused now, if it is; and how long a rotated one has two secrets. */
export function DecisionNotice({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  return (
    <>
      <Refusal apiKey={apiKey} />
      {apiKey.previousSecretExpiresAt ? (
        <Notice tone="info" title="Two secrets work at the moment">
          The one from before the rotation works until {exactTime(apiKey.previousSecretExpiresAt)}.
        </Notice>
      ) : null}
    </>
  );
}

function Refusal({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  const identity = useIdentity();
  switch (apiKey.decision) {
    case 'valid':
      return null;
    case 'revoked':
      return (
        <Notice tone="bad" title="Revoked: the key is refused, for good">
          {apiKey.revokeReason ? `Reason: ${apiKey.revokeReason}` : null}
        </Notice>
      );
    case 'disabled':
      return (
        <Notice tone="warn" title={`Disabled by ${disablerWords(apiKey.disabledBy)}`}>
          {apiKey.disabledAt ? `Since ${exactTime(apiKey.disabledAt)}. ` : null}
          {enableBlock(apiKey, identity) ?? 'Enable it, and it works again with the same secret.'}
        </Notice>
      );
    case 'expired':
      return (
        <Notice tone="warn" title="Expired: the key is refused">
          Edit its expiry, or create a new key in its place.
        </Notice>
      );
    case 'owner_inactive':
      return (
        <Notice tone="warn" title="Refused: its owner is suspended">
          Reinstating {apiKey.createdBy.name} revives the key.
        </Notice>
      );
    default:
      return <Notice tone="warn" title={`Refused now: ${apiKey.decision.replaceAll('_', ' ')}`} />;
  }
}

function disablerWords(disabledBy: ApiKeyDetail['disabledBy']): string {
  if (disabledBy?.type !== 'member') return 'the job that disables unused keys';
  return disabledBy.keyId ? `${disabledBy.name}, with an API key` : disabledBy.name;
}
