import type { LogStreamAttempt } from '@tollkeeper/contract';
import { parsed, withDefault } from '../../command/option.ts';
import { readCount } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { listAll } from '../../lookup.ts';
import { asTable, hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { findStream, STREAM } from './find-stream.ts';

export const test = verb({
  name: 'test',
  summary: 'Send a test event to the destination now, and print what it answered',
  args: [STREAM],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findStream(client, reference);
    return { name, answer: await client.testLogStream({ params: { id } }) };
  },
  answer: ({ answer }) => answer,
  print: (ctx, { name, answer: { status, problem, note, responseBody, durationMs } }) => {
    const what = status === null ? 'No answer' : `Status ${status}`;
    printLine(ctx, problem ?? `"${name}" received the test event.`);
    if (note) printLine(ctx, note);
    hint(ctx, `${what}, ${durationMs} ms`);
    if (responseBody) hint(ctx, responseBody);
  },
});

const COLUMNS: readonly Column<LogStreamAttempt>[] = [
  { title: 'SENT', cell: ({ at }, now) => relativeTime(at, now) },
  {
    title: 'EVENTS',
    cell: ({ firstSequence, lastSequence }) => `${firstSequence}–${lastSequence}`,
  },
  { title: 'BYTES', cell: ({ bytes }) => String(bytes), align: 'right' },
  { title: 'STATUS', cell: ({ status }) => String(status ?? '–') },
  { title: 'TOOK', cell: ({ durationMs }) => `${durationMs} ms`, align: 'right' },
  { title: 'PROBLEM', cell: ({ problem, note }) => problem ?? note ?? '', widthMin: 8 },
];

export const attempts = verb({
  name: 'attempts',
  summary: 'List the last batches that were sent, and what the destination answered',
  args: [STREAM],
  options: { limit: withDefault(parsed('count', 'How many to show at most', readCount), 20) },
  run: async ({ ctx, args: [reference], options: { limit } }) => {
    const { client } = await connect(ctx);
    const { id } = await findStream(client, reference);
    return listAll((query) => client.listLogStreamAttempts({ params: { id }, query }), {
      countMax: limit,
    });
  },
  print: asTable(COLUMNS, { empty: 'Nothing was sent yet.' }),
});
