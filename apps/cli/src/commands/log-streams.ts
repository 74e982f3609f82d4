import {
  LOG_STREAM_DESTINATIONS,
  LOG_STREAM_STARTS,
  type LogStream,
  lagWords,
} from '@tollkeeper/contract';
import { choice, flag, given, text, YES } from '../command/option.ts';
import { requireChange } from '../command/option-values.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll } from '../lookup.ts';
import { asTable, hint, printLine } from '../output.ts';
import { agree, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';
import { findStream, placeOf, STREAM } from './log-streams/find-stream.ts';
import { attempts, test } from './log-streams/stream-attempts.ts';
import { clearEmpty, readSettings, SETTINGS } from './log-streams/stream-settings.ts';

const COLUMNS: readonly Column<LogStream>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'HEALTH', cell: ({ health }) => `● ${health}` },
  { title: 'DESTINATION', cell: placeOf, widthMin: 16 },
  { title: 'BACKLOG', cell: ({ backlogCount }) => String(backlogCount), align: 'right' },
  { title: 'LAG', cell: ({ lagSeconds }) => lagWords(lagSeconds), align: 'right' },
  { title: 'LOST', cell: lostCount, align: 'right' },
  {
    title: 'DELIVERED',
    cell: ({ lastDeliveredAt: at }, now) => (at ? relativeTime(at, now) : 'never'),
  },
  { title: 'PROBLEM', cell: ({ lastProblem }) => lastProblem ?? '', optional: true },
  { title: 'CREATED BY', cell: ({ createdBy }) => createdBy.name, optional: true },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

function lostCount({ prunedCount, rejectedCount }: LogStream): string {
  return String(prunedCount + rejectedCount);
}

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List log streams with their health, backlog and lag',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listLogStreams({ query }));
  },
  print: asTable(COLUMNS, {
    empty: 'There are no log streams. Run "tollkeeper log-streams create" to add one.',
  }),
});

const create = verb({
  name: 'create',
  summary:
    'Create a log stream; the secret that it needs is read from standard input, or asked for',
  examples: [
    'log-streams create Splunk splunk --url https://splunk.example.com:8088 < hec-token.txt',
    'log-streams create Collector otlp --url https://otel.example.com --secret-stdin < header.txt',
    'log-streams create Archive s3 --bucket audit --region eu-central-1 --access-key-id AKIA… < key.txt',
  ],
  args: [
    argument('name', 'What it is for, such as Splunk'),
    argument('destination', `One of ${LOG_STREAM_DESTINATIONS.join(', ')}`),
  ],
  options: {
    ...SETTINGS,
    startAt: choice('start', LOG_STREAM_STARTS, 'beginning: all events; now: those from now on'),
  },
  run: async ({ ctx, args: [name, word], options: { startAt, ...settings } }) => {
    const destination = LOG_STREAM_DESTINATIONS.find((each) => each === word);
    if (!destination) {
      const known = LOG_STREAM_DESTINATIONS.join(', ');
      throw new Failure(EXIT.usage, `"${word}" is no destination. There are: ${known}.`);
    }
    const { client } = await connect(ctx);
    const chosen = await readSettings(ctx, settings, destination);
    return client.createLogStream(
      { body: { name, destination, ...given({ startAt }), ...chosen } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { name, id, hasSecret, backlogCount }) => {
    printLine(ctx, `Created "${name}" (${id}).`);
    if (!hasSecret) {
      hint(
        ctx,
        'It sends without a secret. To give it one, run "log-streams update --secret-stdin".',
      );
    }
    hint(
      ctx,
      `${backlogCount === 1 ? '1 event waits' : `${backlogCount} events wait`}. Run "tollkeeper log-streams test ${id}" to try it.`,
    );
  },
});

const update = verb({
  name: 'update',
  summary: 'Change a log stream; to send elsewhere needs its secret again',
  examples: [
    'log-streams update Splunk --secret-stdin < new-token.txt',
    "log-streams update Splunk --index ''",
    'log-streams update Collector --without-secret',
  ],
  args: [STREAM],
  options: {
    name: text('name', 'New name'),
    ...SETTINGS,
    withoutSecret: flag('OTLP, HTTPS: send without a secret', { conflicts: ['secretStdin'] }),
  },
  run: async ({ ctx, args: [reference], options: { name, withoutSecret, ...settings } }) => {
    const chosen = clearEmpty(await readSettings(ctx, settings));
    const body = requireChange(
      { ...given({ name }), ...chosen, ...(withoutSecret ? { secret: null } : {}) },
      '--name, --url, --secret-stdin or another setting',
    );
    const { client } = await connect(ctx);
    const { id } = await findStream(client, reference);
    return client.updateLogStream({ params: { id }, body });
  },
  print: (ctx, { name }) => printLine(ctx, `Changed "${name}".`),
});

const pause = verb({
  name: 'pause',
  summary: 'Pause a log stream: events wait',
  args: [STREAM],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findStream(client, reference);
    return client.pauseLogStream({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Paused "${name}".`),
});

const resume = verb({
  name: 'resume',
  summary: 'Resume a log stream where it was paused, or try one that fails at once',
  args: [STREAM],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findStream(client, reference);
    return client.resumeLogStream({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Resumed "${name}".`),
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a log stream',
  args: [STREAM],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const stream = await findStream(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Delete the log stream "${stream.name}" for good?`);
    await client.deleteLogStream({ params: { id: stream.id } });
    return stream;
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the log stream "${name}".`),
});

export const logStreams: Noun = {
  notes:
    '<stream> is an id or an exact name. An empty text removes an optional setting. You need audit.webhook_manage, and also audit.read to create or resume a stream, to change where it sends to or its secret, and to list its attempts.',
  verbs: [...[list, create, update, pause, resume], ...[test, attempts, remove]],
};
