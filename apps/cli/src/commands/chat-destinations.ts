import {
  CHAT_SERVICE_TITLES,
  CHAT_SERVICES,
  type ChatDestination,
  chatDestinationId,
  NOTIFICATION_KIND_NAMES,
} from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { flag, given, list as listOption, required, text, YES } from '../command/option.ts';
import { requireChange } from '../command/option-values.ts';
import { argument, choiceArgument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, hint, printLine } from '../output.ts';
import { agree, readSecret, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';

const DESTINATION = argument('destination', 'Id or exact name');
const KINDS = listOption('kind', 'Kinds of notifications to receive, or * for all');

const COLUMNS: readonly Column<ChatDestination>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'HEALTH', cell: healthWords },
  { title: 'SERVICE', cell: ({ service, host }) => `${service} ${host}`, widthMin: 16 },
  { title: 'KINDS', cell: kindsWords, widthMin: 8 },
  {
    title: 'DELIVERED',
    cell: ({ lastDeliveredAt: at }, now) => (at ? relativeTime(at, now) : 'never'),
  },
  { title: 'PROBLEM', cell: ({ lastProblem }) => lastProblem ?? '', optional: true },
  { title: 'CREATED BY', cell: ({ createdBy }) => createdBy.name, optional: true },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

function healthWords({ health, disabledReason }: ChatDestination): string {
  const isByRequest = disabledReason === null || disabledReason === 'by_request';
  return isByRequest ? `● ${health}` : `● ${health} (${disabledReason})`;
}

function kindsWords({ kinds }: ChatDestination): string {
  return kinds.length === NOTIFICATION_KIND_NAMES.length ? 'all' : kinds.join(', ');
}

/** The destination that a person means by an id or an exact name. Throws Failure if there is none. */
async function findDestination(client: Client, reference: string): Promise<ChatDestination> {
  if (chatDestinationId.safeParse(reference).success) {
    return client.getChatDestination({ params: { id: reference } });
  }
  const { data } = await listAll((query) => client.listChatDestinations({ query }));
  return pickOne(
    data.filter(({ name }) => name === reference),
    reference,
    {
      kind: 'chat destination',
      advice: 'Run "tollkeeper chat-destinations list" to see them.',
      candidate: ({ id, service, host }) => `${id}  ${service} ${host}`,
    },
  );
}

/** Throws Failure for a word that is no kind. */
function readKinds(words: readonly string[] | undefined) {
  if (!words) return undefined;
  if (words.includes('*')) return [...NOTIFICATION_KIND_NAMES];
  return words.map((word) => {
    const kind = NOTIFICATION_KIND_NAMES.find((each) => each === word);
    if (kind) return kind;
    const known = NOTIFICATION_KIND_NAMES.join(', ');
    throw new Failure(EXIT.usage, `"${word}" is no kind of notification. There are: ${known}.`);
  });
}

/** The URL is a secret: arguments are seen by others on the machine. */
function readUrl(ctx: CliContext): Promise<string> {
  return readSecret(ctx, 'URL of the incoming webhook');
}

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List chat destinations with their health',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listChatDestinations({ query }));
  },
  print: asTable(COLUMNS, {
    empty: 'There are no chat destinations. Run "tollkeeper chat-destinations create" to add one.',
  }),
});

const create = verb({
  name: 'create',
  summary: 'Create a chat destination; its URL is read from standard input, or asked for',
  examples: [
    "chat-destinations create '#security' slack --kinds api_key_leaked canary_key_used < url.txt",
    "chat-destinations create Operations teams --kinds '*' < url.txt",
  ],
  args: [
    argument('name', 'What it is, such as #security'),
    choiceArgument('service', 'Kind of service', CHAT_SERVICES),
  ],
  options: { kinds: required(KINDS) },
  run: async ({ ctx, args: [name, service], options }) => {
    const kinds = readKinds(options.kinds) ?? [];
    const url = await readUrl(ctx);
    const { client } = await connect(ctx);
    return client.createChatDestination(
      { body: { name, service, url, kinds } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { name, id, service }) => {
    printLine(ctx, `Created "${name}" (${id}) in ${CHAT_SERVICE_TITLES[service]}.`);
    hint(ctx, `Run "tollkeeper chat-destinations test ${id}" to send a test message.`);
  },
});

const update = verb({
  name: 'update',
  summary: 'Change the name, the kinds or the URL of a chat destination',
  examples: ["chat-destinations update '#security' --url-stdin < new-url.txt"],
  args: [DESTINATION],
  options: {
    name: text('name', 'New name'),
    kinds: KINDS,
    urlStdin: flag('Read the URL from standard input, or ask for it'),
  },
  run: async ({ ctx, args: [reference], options: { name, kinds, urlStdin } }) => {
    const url = urlStdin ? await readUrl(ctx) : undefined;
    const body = requireChange(
      given({ name, kinds: readKinds(kinds), url }),
      '--name, --kinds or --url-stdin',
    );
    const { client } = await connect(ctx);
    const { id } = await findDestination(client, reference);
    return client.updateChatDestination({ params: { id }, body });
  },
  print: (ctx, { name }) => printLine(ctx, `Changed "${name}".`),
});

const enable = verb({
  name: 'enable',
  summary: 'Send notifications to a chat destination again, from now on',
  args: [DESTINATION],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findDestination(client, reference);
    return client.enableChatDestination({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Enabled "${name}".`),
});

const disable = verb({
  name: 'disable',
  summary: 'Stop sending notifications to a chat destination',
  args: [DESTINATION],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findDestination(client, reference);
    return client.disableChatDestination({ params: { id } });
  },
  print: (ctx, { name }) => printLine(ctx, `Disabled "${name}".`),
});

const test = verb({
  name: 'test',
  summary: 'Send a test message now, and print the answer',
  args: [DESTINATION],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findDestination(client, reference);
    return { name, answer: await client.testChatDestination({ params: { id } }) };
  },
  answer: ({ answer }) => answer,
  print: (ctx, { name, answer: { status, problem, durationMs } }) => {
    printLine(ctx, problem ?? `"${name}" received the test message.`);
    hint(ctx, `${status === null ? 'No answer' : `Status ${status}`}, ${durationMs} ms`);
  },
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a chat destination',
  args: [DESTINATION],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const destination = await findDestination(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) await agree(ctx, `Delete the chat destination "${destination.name}" for good?`);
    await client.deleteChatDestination({ params: { id: destination.id } });
    return destination;
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the chat destination "${name}".`),
});

export const chatDestinations: Noun = {
  notes:
    '<destination> is an id or an exact name. You need integrations.manage, and to create or enable a destination, to add kinds or to change its URL, also the scopes that show you what it receives.',
  verbs: [...[list, create, update, enable], ...[disable, test, remove]],
};
