import {
  WEBHOOK_COUNTED_MAX,
  WEBHOOK_SIGNATURES,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
} from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { choice, given, list as listOption, text, withDefault, YES } from '../command/option.ts';
import { requireChange } from '../command/option-values.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll } from '../lookup.ts';
import { asTable, hint, printLine } from '../output.ts';
import { agree, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import type { Column } from '../text/table.ts';
import { requireEventTypes } from './webhooks/event-types.ts';
import { ENDPOINT, findEndpoint } from './webhooks/find-endpoint.ts';
import { attempts, deliveries, resend, test } from './webhooks/webhook-deliveries.ts';

const EVENTS = listOption(
  'type',
  'Events to receive, such as api_key.revoke, api_key.* or * for all',
);
const ORDERED = choice('ordered', ['yes', 'no'], 'Whether events arrive in order, one at a time');

const COLUMNS: readonly Column<WebhookEndpoint>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'STATUS', cell: statusWords },
  { title: 'URL', cell: ({ url }) => url, widthMin: 20 },
  { title: 'EVENTS', cell: ({ eventTypes }) => eventTypes.join(', '), widthMin: 8 },
  { title: 'PENDING', cell: pendingWords, align: 'right' },
  { title: 'FAILED', cell: ({ failedCount }) => countedWords(failedCount), align: 'right' },
  { title: 'CREATED BY', cell: ({ createdBy }) => createdBy.name, optional: true },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

/** With a plus where there may be more: those not counted, and events that wait to become deliveries. */
function pendingWords({ pendingCount, isBehind }: WebhookEndpoint): string {
  return isBehind ? `${pendingCount}+` : countedWords(pendingCount);
}

function countedWords(count: number): string {
  return count < WEBHOOK_COUNTED_MAX ? String(count) : `${count}+`;
}

function statusWords({ status, disabledReason, failingSince }: WebhookEndpoint): string {
  if (status === 'enabled') return failingSince === null ? '● enabled' : '● failing';
  return disabledReason === 'by_request' ? '● disabled' : `● disabled (${disabledReason})`;
}

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List webhook endpoints',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listWebhookEndpoints({ query }));
  },
  print: asTable(COLUMNS, {
    empty: 'There are no webhook endpoints. Run "tollkeeper webhooks create" to add one.',
  }),
});

const create = verb({
  name: 'create',
  summary: 'Create a webhook endpoint and print its secret, which is shown only once',
  examples: ["webhooks create 'Security channel' https://example.com/hooks --events 'api_key.*'"],
  args: [
    argument('name', 'What it is for, such as "Security channel"'),
    argument('url', 'Where events are sent, such as https://example.com/hooks'),
  ],
  options: {
    events: withDefault(EVENTS, ['*']),
    signature: choice(
      'signature',
      WEBHOOK_SIGNATURES,
      'v1 (the default): by a secret that both sides know; v1a: by Ed25519, and you get a public key',
    ),
    ordered: ORDERED,
  },
  run: async ({ ctx, args: [name, url], options: { events, signature, ordered } }) => {
    requireEventTypes(events);
    const { client } = await connect(ctx);
    const chosen = given({ signature, isOrdered: ordered && ordered === 'yes' });
    return client.createWebhookEndpoint(
      { body: { name, url, eventTypes: events, ...chosen } },
      { idempotencyKey: ctx.createId() },
    );
  },
  check: requireShown,
  print: printSecret,
});

const update = verb({
  name: 'update',
  summary: 'Change the name, the URL or the events of a webhook endpoint',
  examples: ["webhooks update 'Security channel' --events 'api_key.*' 'policy.*'"],
  args: [ENDPOINT],
  options: {
    name: text('name', 'New name'),
    url: text('url', 'New URL'),
    events: EVENTS,
    ordered: ORDERED,
  },
  run: async ({ ctx, args: [reference], options: { name, url, events, ordered } }) => {
    requireEventTypes(events ?? []);
    const isOrdered = ordered && ordered === 'yes';
    const body = requireChange(
      given({ name, url, eventTypes: events, isOrdered }),
      '--name, --url, --events or --ordered',
    );
    const { client } = await connect(ctx);
    const { id } = await findEndpoint(client, reference);
    return client.updateWebhookEndpoint({ params: { id }, body });
  },
  print: (ctx, { name }) => printLine(ctx, `Changed "${name}".`),
});

const disable = verb({
  name: 'disable',
  summary: 'Stop sending events to a webhook endpoint',
  args: [ENDPOINT],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findEndpoint(client, reference);
    return client.disableWebhookEndpoint({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Disabled "${name}".`),
});

const enable = verb({
  name: 'enable',
  summary: 'Send events to a webhook endpoint again',
  args: [ENDPOINT],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findEndpoint(client, reference);
    return client.enableWebhookEndpoint({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Enabled "${name}".`),
});

const rotate = verb({
  name: 'rotate',
  summary: 'Replace the signing secret; for 24 hours, the previous one signs as well',
  args: [ENDPOINT],
  options: { yes: YES },
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findEndpoint(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Replace the signing secret of "${name}"?`);
    return client.rotateWebhookSecret({ params: { id } });
  },
  check: requireShown,
  print: printSecret,
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a webhook endpoint with all that was recorded of its deliveries',
  args: [ENDPOINT],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const endpoint = await findEndpoint(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Delete the webhook endpoint "${endpoint.name}" for good?`);
    await client.deleteWebhookEndpoint({ params: { id: endpoint.id } });
    return endpoint;
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the webhook endpoint "${name}".`),
});

export const webhooks: Noun = {
  notes:
    '<endpoint> is an id or an exact name. You need audit.webhook_manage, and also audit.read to create or enable an endpoint, to change its URL or events, and to list its deliveries and attempts.',
  verbs: [
    ...[list, create, update, disable, enable, rotate],
    ...[test, deliveries, attempts, resend, remove],
  ],
};

/** Throws Failure if the answer has no secret: the API shows it only once. */
function requireShown({ id, signature, secret }: WebhookEndpointWithSecret): void {
  if (signature === 'v1a' || secret !== undefined) return;
  const advice = `Run "tollkeeper webhooks rotate ${id}" for another one.`;
  throw new Failure(
    EXIT.unexpected,
    `The endpoint exists, but its secret was lost with the connection. ${advice}`,
  );
}

/** The secret alone on standard output, so that a script can store it. */
function printSecret(
  ctx: CliContext,
  { name, id, secret, publicKey, previousSecretUntil }: WebhookEndpointWithSecret,
): void {
  const shown = secret ?? publicKey ?? '';
  hint(
    ctx,
    `"${name}" (${id}) signs with ${secret ? 'this secret, which is shown only once' : 'the private half of this public key'}:`,
  );
  printLine(ctx, shown);
  if (previousSecretUntil)
    hint(ctx, 'For 24 hours, each event is signed with the previous secret as well.');
}
