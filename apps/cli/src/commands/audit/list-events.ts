import type { AuditEventView } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { flag, parsed, text, withDefault } from '../../command/option.ts';
import { readCount } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { explain } from '../../explain.ts';
import { EXIT } from '../../failure.ts';
import { listAll } from '../../lookup.ts';
import { hint, printLine, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { visibleJsonLine } from '../../text/visible-text.ts';
import { actorText, targetText } from './event-text.ts';
import { FILTERS, type Filters, filterQuery } from './filters.ts';

const FOLLOW_MS = 2000;

const COLUMNS: readonly Column<AuditEventView>[] = [
  { title: 'TIME', cell: ({ at }) => at },
  { title: 'ACTION', cell: ({ action }) => action },
  { title: 'TARGET', cell: targetText, widthMin: 12 },
  { title: 'ACTOR', cell: actorText, widthMin: 8 },
  { title: 'ID', cell: ({ id }) => id },
  { title: 'AGO', cell: ({ at }, now) => relativeTime(at, now), optional: true },
  { title: 'IP', cell: ({ ip }) => ip ?? '', optional: true },
];

export const listEvents = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List audit events, the newest first',
  examples: [
    'audit list --action api_key.revoke --from 2026-11-01',
    'audit list --actor me --search ci-pipeline',
    'audit list --follow --json | jq .action',
  ],
  notes:
    'With --follow, the newest events are printed in the order in which they happened, then each new one until you press Ctrl-C; with --json, each is one line. Where the server cannot be reached meanwhile, the command waits for it and misses no event.',
  options: {
    ...FILTERS,
    limit: withDefault(parsed('count', 'How many events to list at most', readCount), 50),
    cursor: text('cursor', 'Continue from the nextCursor of an earlier answer with --json'),
    all: flag('List all events, however many'),
    follow: flag('Keep printing events as they happen', { conflicts: ['cursor', 'all'] }),
  },
  run: async ({ ctx, options, json }) => {
    const { limit, cursor, all, follow, ...filters } = options;
    const { client } = await connect(ctx);
    const query = await filterQuery(client, filters);
    if (follow) return followEvents(ctx, client, query, { json, limit });
    const page = await listAll(
      (place) => client.listAuditEvents({ query: { ...query, ...place } }),
      { countMax: all ? Number.POSITIVE_INFINITY : limit, from: cursor },
    );
    return { page, isFiltered: Object.keys(query).length > 0 };
  },
  answer: ({ page }) => page,
  print: (ctx, { page, isFiltered }) => {
    if (page.data.length === 0) {
      return hint(ctx, isFiltered ? 'No events match these filters.' : 'There are no events yet.');
    }
    printTable(ctx, COLUMNS, page.data);
    if (page.nextCursor === null) return;
    hint(
      ctx,
      `This lists ${counted(page.data.length, 'event')}. Add --limit, --all or a filter for others.`,
    );
  },
});

interface Following {
  readonly json: boolean;
  readonly limit: number;
}

/** Runs until the process is interrupted, or the server refuses; it waits for one that is restarted. */
async function followEvents(
  ctx: CliContext,
  client: Client,
  query: Filters,
  { json, limit }: Following,
): Promise<never> {
  const print = (event: AuditEventView) =>
    json ? ctx.stdout.write(`${visibleJsonLine(event)}\n`) : printLine(ctx, lineOf(event));
  // By sequence, not by time: the clock of a further server may be behind.
  let cursor = await readEnd(client);
  const recent = await client.listAuditEvents({ query: { ...query, limit: Math.min(limit, 100) } });
  const shown = recent.data.toReversed();
  shown.forEach(print);
  // Also of those older than the newest: more may have come between the two answers than fit the second.
  const printed = new Set(shown.map(({ sequence }) => sequence));
  for (;;) {
    const page = await patiently(ctx, () =>
      client.listAuditEvents({ query: { ...query, cursor, order: 'asc', limit: 100 } }),
    );
    page.data.filter(({ sequence }) => !printed.has(sequence)).forEach(print);
    cursor = page.nextCursor ?? cursor;
    if (page.data.length === 0) await ctx.sleep(FOLLOW_MS);
  }
}

/** Asks again until the server answers, and says on standard error that it is away and that it is back. */
async function patiently<T>(ctx: CliContext, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await ask();
      if (attempt > 1) hint(ctx, 'The server answers again.');
      return answer;
    } catch (error) {
      const { exitCode, lines } = explain(error);
      if (exitCode !== EXIT.unreachable) throw error;
      if (attempt === 1) hint(ctx, `${lines.join(' ')} Waiting for it.`);
      await ctx.sleep(FOLLOW_MS);
    }
  }
}

/** The cursor of later events: an ascending page has one, also where no event matches. */
async function readEnd(client: Client): Promise<string> {
  const none = { to: '1970-01-01T00:00:00Z', order: 'asc', limit: 1 } as const;
  const { nextCursor } = await client.listAuditEvents({ query: none });
  return nextCursor ?? '';
}

function lineOf(event: AuditEventView): string {
  return `${event.at}  ${event.action}  ${targetText(event)}  ${actorText(event)}  ${event.id}`;
}
