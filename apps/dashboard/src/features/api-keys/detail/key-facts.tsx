import { Link } from '@tanstack/react-router';
import { type ApiKeyDetail, PROFILE_CATALOG } from '@tollkeeper/contract';
import { Fact, Facts, IdFact } from '../../../components/facts.tsx';
import { MaskedPrefix } from '../../../components/masked-prefix.tsx';
import { Panel } from '../../../components/panel.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { WorkspaceName } from '../../workspaces/index.ts';
import { KeyStatusWord } from '../key-status-word.tsx';

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
        <Fact term="Profile">{PROFILE_CATALOG[apiKey.profile].title}</Fact>
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
            <CreatingKey creator={apiKey.createdByKey} />
          </Fact>
        ) : null}
        <Fact term="Created">
          <TimeAgoButton at={apiKey.createdAt} />
        </Fact>
        <Fact term="Last used">{optionalTime(apiKey.lastUsedAt)}</Fact>
        <Fact term="Expires">{optionalTime(apiKey.expiresAt)}</Fact>
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
        <IdFact id={apiKey.id} />
      </Facts>
    </Panel>
  );
}

interface CreatingKeyProps {
  readonly creator: NonNullable<ApiKeyDetail['createdByKey']>;
}

function CreatingKey({ creator: { id, name } }: CreatingKeyProps) {
  if (name === null) {
    return (
      <>
        A key that was deleted, or that you may not see
        <code className="block font-mono text-[0.8125rem] text-soft">{id}</code>
      </>
    );
  }
  return (
    <Link
      to="/api-keys/$id"
      params={{ id }}
      className="text-accent-strong underline underline-offset-4"
    >
      {name}
    </Link>
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
