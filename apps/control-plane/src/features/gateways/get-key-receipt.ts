import { appliedStatement, RECEIPT_TYPE, type Receipt } from '@tollkeeper/contract';
import {
  auditLeafText,
  inclusionProof,
  isAboutKey,
  isSigned,
  parseNote,
  signReceipt,
  tlogProofText,
  vkeyText,
  witnessVerifierKey,
} from '@tollkeeper/transparency-log';
import { and, eq, isNotNull } from 'drizzle-orm';
import { holds, requireScope } from '../../access/require-scope.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, gateway } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import {
  logOrigin,
  logSigner,
  logVerifierKey,
  readCosignedCheckpoint,
  readHashes,
} from '../../transparency-log/index.ts';
import { findEvents } from '../audit-events/index.ts';
import { findKeyChanges } from './key-changes.ts';
import { type Acknowledged, readAcknowledged } from './read-acknowledged.ts';

/**
 * A file that proves that the key was disabled, revoked or deleted, and which gateways know: its event
 * in the log, and what the gateways signed.
 * @throws DomainError insufficient_scope without audit.read, not_found, invalid_state for a key that was not ended, unavailable until its event is in the log
 */
export async function getKeyReceipt(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<Receipt> {
  requireScope(ctx, 'audit.read');
  const keyId = params.id;
  const { services, organizationId } = ctx;
  const changes = await findKeyChanges(ctx, [keyId]);
  const event = await findEnding(ctx, keyId);
  const { proof, note } = await proveInLog(ctx, event.sequence);
  const { required, rows } = await readAcknowledged(ctx, changes);
  const isNamed = holds(ctx.scopes, 'fleet.read');
  const nameOf = ({ id, name }: Acknowledged) => ({
    gatewayId: isNamed ? id : null,
    gatewayName: isNamed ? name : null,
  });
  const signed = rows.filter(isAcknowledged);
  return signReceipt(
    {
      acknowledgements: signed.map((row) => ({ ...row.acknowledgement, ...nameOf(row) })),
      keyId,
      leaf: auditLeafText(event),
      logKey: vkeyText(logVerifierKey(services, organizationId)),
      madeAt: services.clock().toISOString(),
      pending: rows
        .filter((row) => !isAcknowledged(row))
        .map((row) => ({ ...nameOf(row), workspaceId: row.workspaceId })),
      proof,
      required,
      type: RECEIPT_TYPE,
      witnesses: await findWitnesses(ctx, note),
    },
    logSigner(services, organizationId),
  );
}

const ENDINGS = ['api_key.disable', 'api_key.revoke', 'api_key.delete'];

/** The event that ended the key last. */
async function findEnding(ctx: Ctx, keyId: string) {
  const { db } = ctx.services;
  const [key] = await db
    .select({ name: apiKey.name, status: apiKey.status, memberId: apiKey.memberId })
    .from(apiKey)
    .where(and(visibleKeys(ctx), eq(apiKey.id, keyId)));
  if (key?.status === 'active') {
    const detail = `There is no receipt for the API key "${key.name}": it is active. Disable, revoke or delete it first.`;
    throw new DomainError('invalid_state', detail);
  }
  const found = await Promise.all(
    ENDINGS.map((action) => findNewest(ctx, { targetId: keyId, action }, 1)),
  );
  const removals = key ? await findRemovals(ctx, key.memberId, keyId) : [];
  const event = [...found.flat(), ...removals].toSorted((a, b) => b.sequence - a.sequence)[0];
  if (event) return event;
  if (!key) throw notFound('API key', keyId);
  const detail = `There is no receipt for the API key "${key.name}": you cannot see the event that ended it, or the audit log keeps it no longer.`;
  throw new DomainError('not_found', detail);
}

/** Removals of its owner that revoked the key: no event of its own says so. */
async function findRemovals(ctx: Ctx, memberId: string, keyId: string) {
  const removals = await findNewest(ctx, { targetId: memberId, action: 'member.remove' }, 100);
  return removals.filter((event) => isAboutKey(event, keyId));
}

/** However long it takes: a receipt of another event than the last would be a wrong one. */
async function findNewest(
  ctx: Ctx,
  filters: { readonly targetId: string; readonly action: string },
  limit: number,
) {
  const newest = { order: 'desc', limit, from: 1, to: Number.POSITIVE_INFINITY } as const;
  return (await findEvents(ctx, filters, newest, Number.POSITIVE_INFINITY)).rows;
}

async function proveInLog({ services: { db }, organizationId }: Ctx, sequence: number) {
  const checkpoint = await readCosignedCheckpoint(db, organizationId);
  if (!checkpoint || checkpoint.size < sequence) {
    const detail = 'The change is not in the transparency log yet. Try again in a minute.';
    throw new DomainError('unavailable', detail);
  }
  const { size, note } = checkpoint;
  const index = sequence - 1;
  const hashes = await inclusionProof(index, size, readHashes(db, organizationId));
  return { proof: tlogProofText({ index, hashes, checkpoint: note }), note };
}

/** Keys of the witnesses that cosigned. They say nothing more about a gateway than its cosignature does. */
async function findWitnesses({ services, organizationId }: Ctx, note: string): Promise<string[]> {
  const names = new Set(parseNote(note).signatures.map(({ name }) => name));
  const origin = logOrigin(services, organizationId);
  const rows = await services.db
    .select({ witnessKey: gateway.witnessKey })
    .from(gateway)
    .where(and(eq(gateway.organizationId, organizationId), isNotNull(gateway.witnessKey)));
  const ofGateways = rows.flatMap(({ witnessKey }) =>
    witnessKey ? [witnessVerifierKey(origin, witnessKey)] : [],
  );
  return [...ofGateways, ...services.witnesses.map(({ key }) => key)]
    .filter(({ name }) => names.has(name))
    .map(vkeyText)
    .toSorted();
}

function isAcknowledged(row: Acknowledged): row is Acknowledged & {
  readonly acknowledgement: NonNullable<Acknowledged['acknowledgement']>;
} {
  if (!row.acknowledgement) return false;
  const { workspaceId, version, latestVersion, latestRevision, atMs } = row.acknowledgement;
  const latest = { version: latestVersion, revision: latestRevision };
  const statement = appliedStatement({ workspaceId, version, latest, atMs });
  return isSigned(row.acknowledgement.publicKey, statement, row.acknowledgement.signature);
}
