import type { AuditLog } from '@tollkeeper/contract';
import { vkeyText } from '@tollkeeper/transparency-log';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import {
  appendCosignatures,
  findLog,
  logVerifierKey,
  type PublishedLog,
  readWitnesses,
} from '../../transparency-log/index.ts';

export async function getAuditLog({ services, organizationId }: Ctx): Promise<AuditLog> {
  const key = logVerifierKey(services, organizationId);
  const { published: log, problem } = await findLog(services.db, organizationId);
  const [first] = await services.db
    .select({ sequence: organization.auditFirstSequence, days: organization.auditRetentionDays })
    .from(organization)
    .where(eq(organization.id, organizationId));
  return {
    origin: key.name,
    publicKey: vkeyText(key),
    size: log?.size ?? 0,
    rootHash: log ? Buffer.from(log.rootHash).toString('base64') : null,
    checkpointAt: log?.checkpointAt.toISOString() ?? null,
    retentionDays: first?.days ?? null,
    firstSequence: first?.sequence ?? 1,
    witnesses: await readWitnesses(services, organizationId),
    problem,
  };
}

/**
 * The newest checkpoint, with the cosignatures of all witnesses that have seen it.
 * @throws DomainError not_found
 */
export async function getAuditCheckpoint(ctx: Ctx): Promise<ReadableStream> {
  const { checkpoint } = await requireLog(ctx);
  const note = await appendCosignatures(ctx.services.db, ctx.organizationId, checkpoint);
  return bytesStream(Buffer.from(note));
}

/** @throws DomainError not_found before the first checkpoint, and where it was damaged */
export async function requireLog({ services, organizationId }: Ctx): Promise<PublishedLog> {
  const { published, problem } = await findLog(services.db, organizationId);
  if (published) return published;
  throw new DomainError(
    'not_found',
    problem === null
      ? 'The audit log has no checkpoint yet. The first is signed within a minute of the first event.'
      : `The audit log cannot be proven: ${problem}.`,
  );
}

export function bytesStream(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
