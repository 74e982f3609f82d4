import { type LogStream, lagWords } from '@tollkeeper/contract';
import { CreatingKey } from '../../components/creating-key.tsx';
import { Fact, Facts, IdFact, Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { formatCount } from '../../lib/format.ts';
import { formatWords, SETTING_LABELS, settingsOf } from './log-stream-form.tsx';
import { DESTINATION_WORDS, StreamHealth } from './log-stream-words.tsx';

export function LogStreamFacts({ stream }: { readonly stream: LogStream }) {
  const { id, destination, format, backlogCount, lagSeconds, sequence, failingSince } = stream;
  const { lastDeliveredAt, createdBy, createdByKey, createdAt } = stream;
  return (
    <Panel title="Stream">
      <Facts>
        <Fact term="Health">
          <StreamHealth {...stream} />
        </Fact>
        <Fact term="Backlog">{formatCount(backlogCount)}</Fact>
        <Fact term="Lag">{lagWords(lagSeconds)}</Fact>
        <Fact term="Delivered up to">{formatCount(sequence)}</Fact>
        {lastDeliveredAt ? (
          <Fact term="Last delivery">
            <TimeAgoButton at={lastDeliveredAt} />
          </Fact>
        ) : null}
        {failingSince ? (
          <Fact term="Failing since">
            <TimeAgoButton at={failingSince} />
          </Fact>
        ) : null}
        <Fact term="Destination">{DESTINATION_WORDS[destination]}</Fact>
        {settingsOf(destination).map((name) =>
          name === 'secret' || stream[name] === null ? null : (
            <Fact key={name} term={SETTING_LABELS[name]}>
              {stream[name]}
            </Fact>
          ),
        )}
        <Fact term="Format">{formatWords(format)}</Fact>
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
