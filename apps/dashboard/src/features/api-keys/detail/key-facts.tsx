import { type ApiKeyDetail, PROFILE_CATALOG } from '@tollkeeper/contract';
import { CreatingKey } from '../../../components/creating-key.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { MaskedPrefix } from '../../../components/record-table.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { exactTime } from '../../../lib/format.ts';
import { useIdentity } from '../../sessions/index.ts';
import { WorkspaceName } from '../../workspaces/index.ts';
import { enableBlock } from '../actions/use-status-change.ts';
import { CanaryBadge } from '../create/canary-field.tsx';
import { KeyStatusWord } from '../key-status-word.tsx';
import { TagList } from '../tag-list.tsx';

export function KeyFacts({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  return (
    <Panel title="Details">
      <Facts>
        <Fact term="Status">
          <KeyStatusWord apiKey={apiKey} />
        </Fact>
        <Fact term="Prefix">
          <MaskedPrefix prefix={apiKey.prefix} />
        </Fact>
        {apiKey.canary ? (
          <Fact term="Kind">
            <CanaryBadge />
          </Fact>
        ) : (
          <Fact term="Profile">{PROFILE_CATALOG[apiKey.profile].title}</Fact>
        )}
        <Fact term="Workspace">
          {apiKey.workspaceId ? <WorkspaceName id={apiKey.workspaceId} /> : 'Every workspace'}
        </Fact>
        <Fact term="Created by">
          {apiKey.createdBy.name}
          {apiKey.createdBy.email ? (
            <span className="block text-[0.8125rem] text-soft">{apiKey.createdBy.email}</span>
          ) : null}
        </Fact>
        {apiKey.createdByKey ? (
          <Fact term="Created with">
            <CreatingKey {...apiKey.createdByKey} />
          </Fact>
        ) : null}
        <Fact term="Created">
          <TimeAgoButton at={apiKey.createdAt} />
        </Fact>
        <Fact term={apiKey.canary ? 'Last alarm' : 'Last used'}>
          {optionalTime(apiKey.lastUsedAt)}
        </Fact>
        {apiKey.status === 'revoked' ? null : (
          <Fact term="Expires">{optionalTime(apiKey.expiresAt)}</Fact>
        )}
        {apiKey.disablesAt ? (
          <Fact term="Disabled if unused">{optionalTime(apiKey.disablesAt)}</Fact>
        ) : null}
        {apiKey.disabledAt ? <Fact term="Disabled">{optionalTime(apiKey.disabledAt)}</Fact> : null}
        {apiKey.revokedAt ? <Fact term="Revoked">{optionalTime(apiKey.revokedAt)}</Fact> : null}
        {apiKey.previousSecretExpiresAt ? (
          <Fact term="Old secret ends">{optionalTime(apiKey.previousSecretExpiresAt)}</Fact>
        ) : null}
        <Fact term="Allowed from">
          <AllowedRanges ranges={apiKey.allowedIps} />
        </Fact>
        <Fact term="Tags">
          {apiKey.tags.length === 0 ? 'None' : <TagList tags={apiKey.tags} label="Tags" />}
        </Fact>
        <IdFact id={apiKey.id} />
      </Facts>
    </Panel>
  );
}

function optionalTime(at: string | null) {
  return at ? <TimeAgoButton at={at} /> : 'Never';
}

function AllowedRanges({ ranges }: { readonly ranges: readonly string[] }) {
  if (ranges.length === 0) return 'Any address';
  return (
    <ul className="font-mono text-[0.8125rem]">
      {ranges.map((range) => (
        <li key={range}>{range}</li>
      ))}
    </ul>
  );
}

/** Why the key is refused now, if it is; and how long a rotated one has two secrets. */
export function DecisionNotice({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  return (
    <>
      <Refusal apiKey={apiKey} />
      {apiKey.previousSecretExpiresAt ? (
        <Notice tone="info" title="Two secrets work at the moment">
          The secret from before the rotation works until{' '}
          {exactTime(apiKey.previousSecretExpiresAt)}.
        </Notice>
      ) : null}
    </>
  );
}

function Refusal({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  const identity = useIdentity();
  if (apiKey.canary) return <CanaryNotice apiKey={apiKey} />;
  switch (apiKey.decision) {
    case 'valid':
      return null;
    case 'revoked':
      return (
        <Notice tone="bad" title="Revoked: the key is refused permanently">
          {apiKey.revokeReason ? `Reason: ${apiKey.revokeReason}` : null}
        </Notice>
      );
    case 'disabled':
      return (
        <Notice tone="warn" title={`Disabled by ${disablerWords(apiKey.disabledBy)}`}>
          {apiKey.disabledAt ? `Since ${exactTime(apiKey.disabledAt)}. ` : null}
          {enableBlock(apiKey, identity) ?? 'Once enabled, it works again with the same secret.'}
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
          To make the key work again, reinstate {apiKey.createdBy.name}.
        </Notice>
      );
    default:
      return <Notice tone="warn" title={`Refused now: ${apiKey.decision.replaceAll('_', ' ')}`} />;
  }
}

function CanaryNotice({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  if (apiKey.status !== 'active') {
    return (
      <Notice tone="info" title={`A canary key that is ${apiKey.status}`}>
        It never works, and raises no alarm any more.
      </Notice>
    );
  }
  if (apiKey.lastUsedAt === null) {
    return (
      <Notice tone="info" title="A canary key: nobody should use it">
        It is refused like a key that does not exist. Each use raises an alarm in the audit log,
        with address and user agent.
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title={`Somebody used this canary key ${exactTime(apiKey.lastUsedAt)}`}>
      Somebody has read what it was planted in. The events of the key show from which address it was
      used, and with which user agent.
    </Notice>
  );
}

function disablerWords(disabledBy: ApiKeyDetail['disabledBy']): string {
  if (disabledBy?.type === 'job' && disabledBy.job === 'leak-response') {
    return 'the response to a leak';
  }
  if (disabledBy?.type === 'job' && disabledBy.job === 'end-review-campaigns') {
    return 'a review campaign, in which nobody confirmed it';
  }
  if (disabledBy?.type !== 'member') return 'the job that disables unused keys';
  return disabledBy.keyId ? `${disabledBy.name}, with an API key` : disabledBy.name;
}
