import { dateOf, type Texts } from './texts.ts';

const FAILED_DAYS = 'it has failed for five days';

/** Of what receives events or notifications: webhook endpoints, log streams and chat destinations. */
export const RECEIVER_TEXTS: readonly (readonly [string, Texts])[] = [
  [
    'webhook_endpoint.fail',
    {
      one: ({ name, facts: { since } }) =>
        `The webhook endpoint ${name} has failed since ${dateOf(since)}. Once it has failed for five days, it is disabled.`,
      many: (count, example) => `${count} webhook endpoints fail, such as ${example}.`,
    },
  ],
  [
    'webhook_endpoint.disable',
    {
      one: ({ name, facts: { disabledReason } }) =>
        `The webhook endpoint ${name} was disabled, since ${disabledReason === 'gone' ? 'it answered with status 410 (Gone)' : FAILED_DAYS}. It receives no more events until somebody enables it.`,
      many: (count, example) =>
        `${count} webhook endpoints were disabled because they failed, such as ${example}.`,
    },
  ],
  [
    'chat_destination.fail',
    {
      one: ({ name, facts: { since } }) =>
        `The chat destination ${name} has failed since ${dateOf(since)}. Once it has failed for five days, it is disabled.`,
      many: (count, example) => `${count} chat destinations fail, such as ${example}.`,
    },
  ],
  [
    'chat_destination.disable',
    {
      one: ({ name, facts: { disabledReason } }) =>
        `The chat destination ${name} was disabled, since ${disabledReason === 'gone' ? 'it answered with status 410 (Gone)' : FAILED_DAYS}. It receives no more notifications until somebody enables it.`,
      many: (count, example) =>
        `${count} chat destinations were disabled because they failed, such as ${example}.`,
    },
  ],
  [
    'log_stream.fail',
    {
      one: ({ name }) => `The log stream ${name} fails. Its page says why.`,
      many: (count, example) => `Log streams failed ${count} times, such as ${example}.`,
    },
  ],
  [
    'log_stream.recover',
    {
      one: ({ name }) => `The log stream ${name} works again, and sends what it has missed.`,
      many: (count, example) =>
        `Log streams began to work again ${count} times, such as ${example}.`,
    },
  ],
  [
    'log_stream.skip',
    {
      one: ({ name, facts: { eventsCount } }) =>
        `The log stream ${name} lost ${eventsCount === 1 ? '1 event' : `${eventsCount ?? 'some'} events`}: the retention of the log deleted them first, or the log system refused them.`,
      many: (count, example) => `Log streams lost events ${count} times, such as ${example}.`,
    },
  ],
  [
    'log_stream.pause',
    {
      one: ({ name, facts: { by } }) =>
        `${by ?? 'A job'} paused the log stream ${name}. It sends no events until somebody resumes it.`,
      many: (count, example) => `Log streams were paused ${count} times, such as ${example}.`,
    },
  ],
];
