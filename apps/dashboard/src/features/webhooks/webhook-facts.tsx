import type { WebhookEndpoint } from '@tollkeeper/contract';
import { CreatingKey } from '../../components/creating-key.tsx';
import { Fact, Facts, IdFact, Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { exactTime } from '../../lib/format.ts';
import { eventTypesWords, failedWords, pendingWords, WebhookStatus } from './webhook-words.tsx';

export function WebhookFacts({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const { id, url, eventTypes, signature, publicKey, isOrdered } = endpoint;
  const { failingSince, previousSecretUntil } = endpoint;
  const { createdBy, createdByKey, createdAt } = endpoint;
  return (
    <Panel title="Endpoint">
      <Facts>
        <Fact term="Status">
          <WebhookStatus {...endpoint} />
        </Fact>
        <Fact term="URL">{url}</Fact>
        <Fact term="Events">{eventTypesWords(eventTypes)}</Fact>
        <Fact term="Order">{isOrdered ? 'In order, one at a time' : 'Any'}</Fact>
        <Fact term="Signature">{signature === 'v1' ? 'HMAC (v1)' : 'Ed25519 (v1a)'}</Fact>
        {publicKey ? (
          <Fact term="Public key">
            <code className="font-mono text-xs">{publicKey}</code>
          </Fact>
        ) : null}
        {previousSecretUntil ? (
          <Fact term="Old secret">Signs as well until {exactTime(previousSecretUntil)}</Fact>
        ) : null}
        {failingSince ? (
          <Fact term="Failing since">
            <TimeAgoButton at={failingSince} />
          </Fact>
        ) : null}
        <Fact term="Pending">{pendingWords(endpoint)}</Fact>
        <Fact term="Failed">{failedWords(endpoint)}</Fact>
        <Fact term="Created by">
          {createdBy.name}
          {createdBy.email ? (
            <span className="block text-[0.8125rem] text-soft">{createdBy.email}</span>
          ) : null}
        </Fact>
        {createdByKey ? (
          <Fact term="Created with">
            <CreatingKey {...createdByKey} />
          </Fact>
        ) : null}
        <Fact term="Created">
          <TimeAgoButton at={createdAt} />
        </Fact>
        <IdFact id={id} />
      </Facts>
    </Panel>
  );
}
