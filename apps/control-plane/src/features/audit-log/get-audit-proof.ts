import {
  findLeafText,
  inclusionProof,
  leafHash,
  tlogProofText,
  verifyInclusion,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { and, eq } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { auditEvent } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import {
  appendCosignatures,
  IntegrityError,
  logVerifierKey,
  storedHashes,
} from '../../transparency-log/index.ts';
import { requireLog } from './get-audit-log.ts';

/** @throws DomainError not_found, also for an event that cannot be proven (yet) */
export async function getAuditProof(ctx: Ctx, { params: { id } }: { params: { id: string } }) {
  const { services, organizationId } = ctx;
  const [row] = await services.db
    .select()
    .from(auditEvent)
    .where(and(visibleEvents(ctx), eq(auditEvent.id, id)));
  if (!row) throw notFound('audit event', id);
  const { size, rootHash, checkpoint } = await requireLog(ctx);
  const index = row.sequence - 1;
  if (index >= size) {
    throw new DomainError(
      'not_found',
      `There is no proof of the audit event "${id}" yet: no checkpoint covers it. Try again in a minute.`,
    );
  }
  const leaf = findLeafText(row);
  const proof = await inclusionProof(index, size, storedHashes(services.db, organizationId)).catch(
    undefinedIfDamaged,
  );
  const isProven =
    leaf !== undefined &&
    proof !== undefined &&
    verifyInclusion({ leafHash: leafHash(leaf), index, size, rootHash, proof });
  if (!isProven) {
    throw new DomainError(
      'not_found',
      `There is no proof of the audit event "${id}": it, or the log, was changed in the database after it was integrated.`,
    );
  }
  const publicKey = vkeyText(logVerifierKey(services, organizationId));
  const cosigned = await appendCosignatures(services.db, organizationId, checkpoint);
  return { leaf, proof: tlogProofText({ index, hashes: proof, checkpoint: cosigned }), publicKey };
}

function undefinedIfDamaged(error: unknown): undefined {
  if (!(error instanceof IntegrityError)) throw error;
}
