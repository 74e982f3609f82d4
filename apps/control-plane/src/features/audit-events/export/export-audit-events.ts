import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleEvents } from '../../../access/visibility.ts';
import type { Ctx } from '../../../context.ts';
import { auditChain } from '../../../db/schema/index.ts';
import { invalidField } from '../../../domain-error.ts';
import { logOrigin } from '../../../transparency-log/index.ts';
import { csvHeader } from './event-csv.ts';
import { type ExportFormat, lineWriter } from './event-lines.ts';
import { searchOf } from './find-window.ts';
import { findTree, provenLines } from './proven-lines.ts';
import { type EventSearch, readEvents } from './read-events.ts';
import { recordExport } from './record-export.ts';
import { beginExport, endExport } from './running-exports.ts';
import { type Chunk, emptyExport, streamExport } from './stream-export.ts';

type Query = NonNullable<RouteInput<Routes['exportAuditEvents']>['query']>;

/** The part of the log that is looked through: after one sequence, until another. */
interface Part {
  readonly after: number;
  readonly until: number;
}

/**
 * Streams the events that the caller sees, the oldest first, up to the end that the log has now. The caller
 * learns where to go on from the lines themselves, which carry their sequence.
 * @throws DomainError validation_failed, rate_limited, invalid_state
 */
export async function exportAuditEvents(
  ctx: Ctx,
  { query }: { query: Query },
  { isHead }: { readonly isHead: boolean },
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { format = 'jsonl', proof = 'false', cursor, ...filters } = query;
  const isProven = proof === 'true';
  if (isProven && format !== 'jsonl') throw invalidField('proof', 'needs the format jsonl');
  const given = cursor === undefined ? undefined : partOf(cursor);
  if (isProven && given && given.until === undefined) {
    throw invalidField('cursor', 'must name the size of the tree as well, such as 4711-9000');
  }
  const { db } = ctx.services;
  const begun = beginExport(db, ctx.organizationId);
  try {
    const tree = isProven ? await findTree(ctx, given?.until) : undefined;
    const until = tree?.size ?? Math.min(given?.until ?? Infinity, await readEnd(ctx));
    const part = { after: given?.after ?? 0, until };
    // After the end was read: who acts later has no part in it.
    const { matching, findWindow } = await searchOf(ctx, filters);
    const search = { matching: and(visibleEvents(ctx), matching), findWindow };
    if (isHead) {
      endExport(begun);
      return emptyExport();
    }
    const recordEnd = await recordExport(ctx, { format, proof: isProven, ...filters, ...part });
    const chunks = tree
      ? provenLines(ctx, search, tree, filterOf(ctx, filters), given?.after)
      : linesOf(ctx, search, part, format, given === undefined);
    return streamExport(begun, chunks, async (ending) => {
      endExport(begun);
      await recordEnd(ending);
    });
  } catch (error) {
    endExport(begun);
    throw error;
  }
}

/** What the events have in common, as the head of a proof states it. */
function filterOf({ workspaceId }: Ctx, filters: Readonly<Record<string, string | undefined>>) {
  const asked = { ...filters, workspaceId: workspaceId ?? undefined };
  return Object.fromEntries(
    Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** @throws DomainError validation_failed */
function partOf(cursor: string): { readonly after: number; readonly until: number | undefined } {
  const [after, until] = cursor.split('-').map(Number);
  if (after === undefined || (until !== undefined && until < after)) {
    throw invalidField('cursor', 'must name an end that is not before its beginning');
  }
  return { after, until };
}

async function* linesOf(
  { services: { db, baseUrl }, organizationId }: Ctx,
  search: EventSearch,
  part: Part,
  format: ExportFormat,
  isBeginning: boolean,
): AsyncGenerator<Chunk> {
  if (format === 'csv' && isBeginning) yield { text: csvHeader(), events: 0 };
  const line = lineWriter(format, logOrigin({ baseUrl }, organizationId));
  for await (const { events } of readEvents(db, search, part)) {
    yield { text: events.map(line).join(''), events: events.length };
  }
}

/** The last sequence of the log. */
async function readEnd({ services: { db }, organizationId }: Ctx): Promise<number> {
  const [row] = await db
    .select({ sequence: auditChain.sequence })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return row?.sequence ?? 0;
}
