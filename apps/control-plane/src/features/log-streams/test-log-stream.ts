import type { LogStreamTest } from '@tollkeeper/contract';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { auditEvent } from '../../db/schema/index.ts';
import { createWaitingLimit } from '../../lineage/limited-turns.ts';
import { write } from '../../write/write.ts';
import { eventColumns, eventOf, sendBatch, testBatch } from './delivery/index.ts';
import { openStream, type StreamRow } from './destinations/index.ts';
import { lockStream, streamTarget } from './stream-view.ts';

/** Somebody waits for it. */
const TIMEOUT_MS = 15_000;

const withinLimit = createWaitingLimit('log streams are tested');

interface Input {
  readonly params: { readonly id: string };
}

/**
 * Records an event, and sends it at once, whatever else waits. The stream sends it again in its turn.
 * @throws DomainError not_found, rate_limited
 */
export function testLogStream(ctx: Ctx, { params: { id } }: Input): Promise<LogStreamTest> {
  return withinLimit(ctx.organizationId, async () => {
    const row = await recordTest(ctx, id);
    const { services } = ctx;
    const event = await readTest(ctx, row);
    const stream = openStream(services, row);
    const batch = testBatch(services, stream, event);
    const sent = await sendBatch(services, stream, batch, { timeoutMs: TIMEOUT_MS });
    services.logStreams.wake();
    const { result, status, durationMs, responseBody } = sent;
    return {
      ...{ eventId: event.id, status, durationMs, responseBody },
      problem: 'problem' in result ? result.problem : null,
      note: result.kind === 'taken' ? result.note : null,
    };
  });
}

function recordTest(ctx: Ctx, id: string): Promise<StreamRow> {
  const spec = { scope: 'audit.webhook_manage', action: 'log_stream.test' } as const;
  return write<StreamRow>(ctx, spec, async (tx, confirmed) => {
    const row = await lockStream(tx, confirmed, id);
    const target = streamTarget(row);
    return { result: row, target, before: null, after: null, changes: [] };
  });
}

/** The event that the request has just recorded: one of the last. */
async function readTest(ctx: Ctx, { id, sequence }: StreamRow) {
  const [row] = await ctx.services.db
    .select(eventColumns)
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, ctx.organizationId),
        gt(auditEvent.sequence, sequence),
        eq(auditEvent.action, 'log_stream.test'),
        eq(auditEvent.requestId, ctx.origin.requestId),
        sql`${auditEvent.target} ->> 'id' = ${id}`,
      ),
    )
    .orderBy(desc(auditEvent.sequence))
    .limit(1);
  if (!row) throw new Error(`The test of the log stream ${id} is not in the log`);
  return eventOf(row);
}
