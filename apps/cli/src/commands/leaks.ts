import { LEAK_RESPONSES, LEAK_STATUSES, type Leak, type LeakSettings } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { choice, given, parsed, text, withDefault } from '../command/option.ts';
import { readCount } from '../command/option-values.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { listAll } from '../lookup.ts';
import { asTable, hint, printFields, printLine } from '../output.ts';
import { connect } from '../session/connect.ts';
import { relativeAndExact, relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';
import { findKey } from './keys/open-key.ts';

const LEAK = argument('id', 'Id of the report');
const NOTE = text('text', 'What to remember of it');

const COLUMNS: readonly Column<Leak>[] = [
  { title: 'KEY', cell: ({ key }) => key.name, widthMin: 12 },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'ACTION', cell: ({ action }) => action },
  { title: 'REPORTER', cell: ({ reporter }) => reporter },
  { title: 'REPORTED', cell: ({ createdAt }, now) => relativeTime(createdAt, now) },
  { title: 'PLACE', cell: ({ url, source }) => url ?? source ?? '', widthMin: 12 },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List reports of keys that leaked, the newest first',
  options: {
    status: choice('status', LEAK_STATUSES, 'Only reports with this status'),
    limit: withDefault(parsed('count', 'How many to show at most', readCount), 50),
  },
  run: async ({ ctx, options: { status, limit } }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listLeaks({ query: { ...query, ...given({ status }) } }), {
      countMax: limit,
    });
  },
  print: asTable(COLUMNS, { empty: 'No key was reported as leaked.' }),
});

const show = verb({
  name: 'show',
  summary: 'Show a report in detail',
  args: [LEAK],
  run: async ({ ctx, args: [id] }) => (await connect(ctx)).client.getLeak({ params: { id } }),
  print: printLeak,
});

const report = verb({
  name: 'report',
  summary: 'Report that a key leaked; your organization has chosen what happens to it',
  notes: 'To report the keys in files by their text, run "tollkeeper scan --report".',
  examples: ['leaks report ci-pipeline --url https://example.com/paste/1'],
  args: [argument('key', 'Id, name or prefix of the key')],
  options: {
    url: text('address', 'Where it was found'),
    source: text('what', 'What it was found in, such as "chat"'),
  },
  run: async ({ ctx, args: [reference], options: { url, source } }) => {
    const { client } = await connect(ctx);
    const { id } = await findKey(client, reference);
    const { leak } = await client.reportLeak({ body: { keyId: id, ...given({ url, source }) } });
    return leak;
  },
  print: (ctx, leak) => {
    if (leak === null) return printLine(ctx, 'The key was reported.');
    return printLeak(ctx, leak);
  },
});

const resolve = verb({
  name: 'resolve',
  summary: 'Close a report that was dealt with',
  args: [LEAK],
  options: { note: NOTE },
  run: async ({ ctx, args: [id], options: { note } }) =>
    (await connect(ctx)).client.resolveLeak({ params: { id }, body: given({ note }) }),
  print: (ctx, { key }) => printLine(ctx, `Resolved the report of "${key.name}".`),
});

const dismiss = verb({
  name: 'dismiss',
  summary: 'Close a report that was no leak; a key that it stopped stays stopped',
  args: [LEAK],
  options: { note: NOTE },
  run: async ({ ctx, args: [id], options: { note } }) =>
    (await connect(ctx)).client.dismissLeak({ params: { id }, body: given({ note }) }),
  print: (ctx, { key }) => {
    printLine(ctx, `Dismissed the report of "${key.name}".`);
    hint(ctx, `If it was disabled, enable it again: tollkeeper keys enable ${key.id}`);
  },
});

const response = verb({
  name: 'response',
  summary: 'Show or choose what happens to keys that leaked',
  examples: ['leaks response --live revoke --test warn'],
  options: {
    live: choice('response', LEAK_RESPONSES, 'For tk_live_ keys'),
    test: choice('response', LEAK_RESPONSES, 'For tk_test_ keys'),
  },
  run: async ({ ctx, options: { live, test } }) => {
    const { client } = await connect(ctx);
    const chosen = given({ live, test });
    return Object.keys(chosen).length === 0
      ? client.getLeakSettings()
      : client.updateLeakSettings({ body: chosen });
  },
  print: (ctx, { live, test }: LeakSettings) =>
    printFields(ctx, [
      ['Live keys', live],
      ['Test keys', test],
    ]),
});

function printLeak(ctx: CliContext, leak: Leak): void {
  const { key, reportedBy, closedBy, closedAt, note, furtherReports } = leak;
  printFields(ctx, [
    ['Report', leak.id],
    ['Key', `${key.name} (${key.id})`],
    ['Prefix', `${key.prefix}…`],
    ['Action', leak.action],
    ['Status', leak.status],
    ['Reported', relativeAndExact(leak.createdAt, ctx.now())],
    ['Reporter', reportedBy ? `${leak.reporter}: ${reportedBy.name}` : leak.reporter],
    ['Address', leak.url ?? 'not given'],
    ['Found in', leak.source ?? 'not given'],
    ...(furtherReports > 0 ? [['Further reports', String(furtherReports)] as const] : []),
    ...(closedAt ? [['Closed', relativeAndExact(closedAt, ctx.now())] as const] : []),
    ...(closedBy ? [['Closed by', closedBy.name] as const] : []),
    ...(note ? [['Note', note] as const] : []),
  ]);
}

export const leaks: Noun = {
  verbs: [list, show, report, resolve, dismiss, response],
};
