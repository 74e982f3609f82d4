import {
  WEBHOOK_DELIVERY_STATUSES,
  type WebhookAttempt,
  type WebhookDelivery,
} from '@tollkeeper/contract';
import { choice, given, parsed, text, withDefault } from '../../command/option.ts';
import { readCount, readTime } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { listAll } from '../../lookup.ts';
import { asTable, hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { ENDPOINT, findEndpoint } from './find-endpoint.ts';

const LIMIT = withDefault(parsed('count', 'How many to show at most', readCount), 20);

export const test = verb({
  name: 'test',
  summary: 'Send a test event to a webhook endpoint',
  args: [ENDPOINT],
  json: 'nothing',
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const endpoint = await findEndpoint(client, reference);
    await client.testWebhookEndpoint({ params: { id: endpoint.id } });
    return endpoint;
  },
  print: (ctx, { name, id }) => {
    printLine(ctx, `A test event is on its way to "${name}".`);
    hint(ctx, `Run "tollkeeper webhooks attempts ${id}" to see what it answered.`);
  },
});

export const resend = verb({
  name: 'resend',
  summary: 'Send one event again, or all that failed since a time',
  examples: ["webhooks resend 'Security channel' --failed-since 2027-01-31T12:00:00Z"],
  args: [ENDPOINT],
  options: {
    event: text('event', 'Id of the event'),
    failedSince: parsed('time', 'Send all that were given up since then', readTime),
  },
  run: async ({ ctx, args: [reference], options: { event: eventId, failedSince } }) => {
    if (eventId === undefined && failedSince === undefined) {
      throw new Failure(EXIT.usage, 'Say what to send again: --event or --failed-since.');
    }
    const { client } = await connect(ctx);
    const { id, name } = await findEndpoint(client, reference);
    return {
      name,
      answer: await client.resendWebhooks({
        params: { id },
        body: given({ eventId, failedSince }),
      }),
    };
  },
  answer: ({ answer }) => answer,
  print: (ctx, { name, answer }) =>
    printLine(ctx, `${counted(answer.resentCount, 'event')} will be sent again to "${name}".`),
});

const DELIVERY_COLUMNS: readonly Column<WebhookDelivery>[] = [
  { title: 'EVENT', cell: ({ eventId }) => eventId },
  { title: 'TYPE', cell: ({ eventType }) => eventType, widthMin: 12 },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'ATTEMPTS', cell: ({ attemptsCount }) => String(attemptsCount), align: 'right' },
  { title: 'NEXT', cell: ({ nextAttemptAt: at }, now) => (at ? relativeTime(at, now) : '') },
  { title: 'PROBLEM', cell: ({ lastProblem }) => lastProblem ?? '', optional: true },
];

export const deliveries = verb({
  name: 'deliveries',
  summary: 'List the events of the last 30 days and whether they were delivered',
  args: [ENDPOINT],
  options: {
    status: choice('status', WEBHOOK_DELIVERY_STATUSES, 'Only deliveries with this status'),
    limit: LIMIT,
  },
  run: async ({ ctx, args: [reference], options: { status, limit } }) => {
    const { client } = await connect(ctx);
    const { id } = await findEndpoint(client, reference);
    const load = (query: { limit: number; cursor?: string }) =>
      client.listWebhookDeliveries({ params: { id }, query: { ...query, ...given({ status }) } });
    return listAll(load, { countMax: limit });
  },
  print: asTable(DELIVERY_COLUMNS, { empty: 'Nothing was delivered in the last 30 days.' }),
});

const ATTEMPT_COLUMNS: readonly Column<WebhookAttempt>[] = [
  { title: 'SENT', cell: ({ at }, now) => relativeTime(at, now) },
  { title: 'EVENT', cell: ({ eventId }) => eventId },
  { title: 'TYPE', cell: ({ eventType }) => eventType, widthMin: 12 },
  { title: 'ATTEMPT', cell: ({ number }) => String(number), align: 'right' },
  { title: 'STATUS', cell: ({ status }) => String(status ?? '–') },
  { title: 'TOOK', cell: ({ durationMs }) => `${durationMs} ms`, align: 'right' },
  { title: 'PROBLEM', cell: ({ problem }) => problem ?? '', widthMin: 8 },
];

export const attempts = verb({
  name: 'attempts',
  summary: 'List what was sent to a webhook endpoint and what it answered',
  args: [ENDPOINT],
  options: { event: text('event', 'Only attempts to deliver this event: its id'), limit: LIMIT },
  run: async ({ ctx, args: [reference], options: { event: eventId, limit } }) => {
    const { client } = await connect(ctx);
    const { id } = await findEndpoint(client, reference);
    const load = (query: { limit: number; cursor?: string }) =>
      client.listWebhookAttempts({ params: { id }, query: { ...query, ...given({ eventId }) } });
    return listAll(load, { countMax: limit });
  },
  print: asTable(ATTEMPT_COLUMNS, { empty: 'Nothing was sent in the last 30 days.' }),
});
