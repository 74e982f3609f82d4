import type { AuditEventView } from '@tollkeeper/contract';
import { diffLines } from 'diff';
import type { CliContext } from '../../cli-context.ts';
import { argument, verb } from '../../command/verb.ts';
import { printFields, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeAndExact } from '../../text/format.ts';
import { actorText, targetText } from './event-text.ts';

export const showEvent = verb({
  name: 'show',
  summary: 'Show an audit event: who, what, when, from where, and what changed',
  args: [argument('event', 'Id')],
  notes: 'Lines with - are what was before, lines with + what was after.',
  run: async ({ ctx, args: [id] }) => {
    const { client } = await connect(ctx);
    return client.getAuditEvent({ params: { id } });
  },
  print: printEvent,
});

function printEvent(ctx: CliContext, event: AuditEventView): void {
  const { target } = event;
  printFields(ctx, [
    ['Action', event.action],
    ['Target', `${targetText(event)} (${target.id})`],
    ...(target.workspaceId ? [['Workspace', target.workspaceId] as const] : []),
    ['Actor', actorText(event)],
    ['Time', relativeAndExact(event.at, ctx.now())],
    ['IP', event.ip ?? 'none'],
    ['User agent', event.userAgent ?? 'none'],
    ['Request', event.requestId],
    ['Sequence', String(event.sequence)],
    ['ID', event.id],
  ]);
  const lines = diffOf(event);
  if (lines.length === 0) return;
  printLine(ctx, '');
  for (const line of lines) printLine(ctx, line);
}

/** Lines that differ, at most: texts without a line in common would take minutes to compare. */
const EDITS_MAX = 4000;

/** What the event added, removed and changed, field by field; what stayed the same is left out. */
export function diffOf({ before, after }: Pick<AuditEventView, 'before' | 'after'>): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].flatMap((name) => fieldDiff(name, before?.[name], after?.[name]));
}

function fieldDiff(name: string, before: unknown, after: unknown): string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  if (old === now) return [];
  const isShort = !old.includes('\n') && !now.includes('\n');
  if (isShort) {
    return [
      ...(before === undefined ? [] : [`- ${name}: ${old}`]),
      ...(after === undefined ? [] : [`+ ${name}: ${now}`]),
    ];
  }
  const parts = diffLines(withEnd(old), withEnd(now), { maxEditLength: EDITS_MAX }) ?? [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  const marked = parts.flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${added ? '+' : removed ? '-' : ' '}   ${line}`),
  );
  return [`  ${name}:`, ...marked];
}

function withEnd(text: string): string {
  return text === '' ? '' : `${text}\n`;
}

/** Text as it is, anything else as JSON. */
function linesOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
