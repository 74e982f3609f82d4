import { Link } from '@tanstack/react-router';
import { type AuditEventView, auditActorId } from '@tollkeeper/contract';
import type { ReactNode } from 'react';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { exactTime, formatCount } from '../../../lib/format.ts';
import {
  type AuditSearch,
  actorKindWords,
  actorWords,
  TARGET_WORDS,
} from '../../audit-events/index.ts';
import { WorkspaceName } from '../../workspaces/index.ts';

/** Who did what, when and from where. */
export function EventFacts({ event }: { readonly event: AuditEventView }) {
  const { id, sequence, at, action, target, ip, userAgent, requestId } = event;
  return (
    <Panel title="Details">
      <Facts>
        <Fact term="When">
          {exactTime(at)}
          <Small>
            <TimeAgo at={at} />
          </Small>
        </Fact>
        <Fact term="Actor">
          <Actor event={event} />
        </Fact>
        <Fact term="Target">
          <TargetName target={target} />
          <Small>
            {TARGET_WORDS[target.type]}
            <Code>{target.id}</Code>
          </Small>
          <Filter search={{ target: target.id }}>All events about it</Filter>
        </Fact>
        {target.workspaceId ? (
          <Fact term="Workspace">
            <WorkspaceName id={target.workspaceId} />
          </Fact>
        ) : null}
        <Fact term="Action">
          <Code>{action}</Code>
        </Fact>
        <Fact term="IP address">
          {ip ? (
            <>
              {ip}
              <Filter search={{ ip }}>All events from there</Filter>
            </>
          ) : (
            'None: the server did it itself'
          )}
        </Fact>
        <Fact term="User agent">{userAgent ?? 'None'}</Fact>
        <Fact term="Request">
          <Code>{requestId}</Code>
          <Filter search={{ request: requestId }}>All events of the request</Filter>
        </Fact>
        <Fact term="Sequence">{formatCount(sequence)}</Fact>
        <IdFact id={id} />
      </Facts>
    </Panel>
  );
}

function Actor({ event }: { readonly event: AuditEventView }) {
  const { actor } = event;
  const kind = actorKindWords(actor);
  const id = auditActorId(actor);
  return (
    <>
      {actor.type === 'key' ? (
        <Link to="/api-keys/$id" params={{ id: actor.keyId }} className={LINK}>
          {actorWords(event)}
        </Link>
      ) : (
        actorWords(event)
      )}
      {kind || id ? (
        <Small>
          {kind ?? 'Member'}
          {id ? <Code>{id}</Code> : null}
        </Small>
      ) : null}
      {id ? <Filter search={{ actor: id }}>All that they did</Filter> : null}
      {actor.type === 'key' ? (
        <Filter search={{ actor: actor.memberId }}>All that its owner did</Filter>
      ) : null}
    </>
  );
}

/** A link to the page of what the event is about, where it has one. */
function TargetName({ target: { type, id, name } }: Pick<AuditEventView, 'target'>) {
  if (type === 'api_key') {
    return (
      <Link to="/api-keys/$id" params={{ id }} className={LINK}>
        {name}
      </Link>
    );
  }
  if (type === 'policy') {
    return (
      <Link to="/policies/$id" params={{ id }} className={LINK}>
        {name}
      </Link>
    );
  }
  return name;
}

const LINK = 'text-accent-strong underline underline-offset-4';

function Small({ children }: { readonly children: ReactNode }) {
  return <span className="block text-[0.8125rem] text-soft">{children}</span>;
}

function Code({ children }: { readonly children: string }) {
  return <code className="block font-mono text-xs">{children}</code>;
}

interface FilterProps {
  readonly search: AuditSearch;
  readonly children: ReactNode;
}

function Filter({ search, children }: FilterProps) {
  return (
    <Link to="/audit-log" search={search} className={`mt-0.5 block text-[0.8125rem] ${LINK}`}>
      {children}
    </Link>
  );
}
