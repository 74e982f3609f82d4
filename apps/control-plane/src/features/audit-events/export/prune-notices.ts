import {
  consistencyProof,
  findLeafText,
  inclusionProof,
  pruneNoticeLine,
} from '@tollkeeper/transparency-log';
import { and, eq } from 'drizzle-orm';
import { auditEvent, organization } from '../../../db/schema/index.ts';
import { findLog, type LogServices, readHashes } from '../../../transparency-log/index.ts';

/** Whose log is exported. */
export interface ExportedLog {
  readonly services: Pick<LogServices, 'db' | 'auditLogKey' | 'baseUrl'>;
  readonly organizationId: string;
}

/**
 * Explains gaps of an export of all events: what the retention has deleted, an event says that may be later than the
 * tree of the export. Nothing keeps the retention from deleting what an export has not read yet, which may
 * take for ever.
 * @param size of the tree of the export
 * @returns what writes the line that comes before a gap with this end, where an earlier line does not explain it
 */
export function createPruneNotices(
  log: ExportedLog,
  size: number,
): (gapEnd: number) => Promise<string> {
  let first = 1;
  return async (gapEnd) => {
    if (gapEnd < first) return '';
    const found = await findNotice(log, size);
    if (!found || found.first <= first) return '';
    first = found.first;
    return `${found.line}\n`;
  };
}

/** Undefined where nothing was deleted, or the event that said so was: then the gap stays unexplained. */
async function findNotice({ services: { db }, organizationId }: ExportedLog, size: number) {
  const [row] = await db
    .select({ first: organization.auditFirstSequence, event: auditEvent })
    .from(organization)
    .innerJoin(
      auditEvent,
      and(
        eq(auditEvent.organizationId, organization.id),
        eq(auditEvent.sequence, organization.auditPruneSequence),
      ),
    )
    .where(eq(organization.id, organizationId));
  if (!row) return undefined;
  const leaf = findLeafText(row.event);
  const { published: later } = await findLog(db, organizationId);
  const isProvable = later && later.size >= Math.max(size, row.event.sequence);
  if (leaf === undefined || !isProvable) return undefined;
  // Read anew: the export's own reader may know the last tiles as they were when it began.
  const hashes = readHashes(db, organizationId);
  const line = pruneNoticeLine({
    leaf,
    checkpoint: later.checkpoint,
    inclusion: await inclusionProof(row.event.sequence - 1, later.size, hashes),
    consistency: await consistencyProof(size, later.size, hashes),
  });
  return { first: row.first, line };
}
