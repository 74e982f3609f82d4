import {
  appendToEdge,
  checkpointText,
  edgeRoot,
  isSameHash,
  NOTE_ED25519,
  parseCheckpoint,
  parseNote,
  signNote,
  type TileEdge,
  verifierKey,
  verifyNote,
} from '@tollkeeper/transparency-log';
import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { auditChain, auditEvent, transparencyLog } from '../db/schema/index.ts';
import { type ChainedLeaf, type ChainLink, checkChain } from './check-chain.ts';
import { IntegrityError } from './integrity-error.ts';
import { type LogServices, logSigner } from './log-identity.ts';
import { loadEdge, storeAppends } from './tile-store.ts';

const GENESIS = Buffer.alloc(32);

export type LogState = typeof transparencyLog.$inferSelect;

export interface IntegratedBatch {
  /** How many events became leaves. */
  readonly count: number;
  /** Null where there are no events. */
  readonly checkpoint: string | null;
  readonly problem: string | null;
  readonly isLast: boolean;
}

/**
 * Integrates the next events and signs a checkpoint, all in the transaction: a process that is killed
 * has integrated a batch whole or not at all.
 * @returns undefined where another process integrates
 * @throws IntegrityError where the tiles contradict the checkpoint that was signed before
 */
export async function integrateBatch(
  tx: Transaction,
  services: LogServices,
  organizationId: string,
  eventsMax: number,
): Promise<IntegratedBatch | undefined> {
  const state = await lockState(tx, organizationId);
  if (!state) return undefined;
  // Before the events: those up to this end are committed, so that a missing one is no late one.
  const chainEnd = await readChainEnd(tx, organizationId);
  const rows = await readEvents(tx, organizationId, state.size, eventsMax);
  const before = { sequence: state.size, hash: state.chainHash };
  const { leaves, end, problem } = checkChain(before, chainEnd, rows, eventsMax);
  const edge = await loadEdge(tx, organizationId, state.size);
  await requireContinued(services, state, edge);
  const count = leaves.length;
  const isLast = rows.length < eventsMax || problem !== null;
  if (count === 0) return { count, checkpoint: state.checkpoint, problem, isLast };
  const appended = appendToEdge(edge, leaves);
  await storeAppends(tx, organizationId, appended.appends);
  const checkpoint = await signCheckpoint(services, organizationId, appended.edge);
  const { sequence: size, hash: chainHash } = end;
  await tx
    .update(transparencyLog)
    .set({ size, chainHash, checkpoint, checkpointAt: services.clock() })
    .where(eq(transparencyLog.organizationId, organizationId));
  return { count, checkpoint, problem, isLast };
}

/** Undefined while another process holds the row. */
async function lockState(tx: Transaction, organizationId: string): Promise<LogState | undefined> {
  const first = { organizationId, size: 0, chainHash: GENESIS };
  await tx.insert(transparencyLog).values(first).onConflictDoNothing();
  const [state] = await tx
    .select()
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId))
    .for('update', { skipLocked: true });
  return state;
}

async function readChainEnd(tx: Transaction, organizationId: string): Promise<ChainLink> {
  const [end] = await tx
    .select()
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return end ?? { sequence: 0, hash: GENESIS };
}

/** As the driver has it. */
type Row = Record<string, unknown> & {
  -readonly [K in keyof ChainedLeaf]: K extends 'sequence' | 'at' ? unknown : ChainedLeaf[K];
};

/**
 * To map a row to the columns of the table takes as long as to hash it, so each becomes an event as it is. Its time is
 * read as a number of milliseconds, which is exact: the column has no more digits.
 */
async function readEvents(
  tx: Transaction,
  organizationId: string,
  after: number,
  eventsMax: number,
): Promise<ChainedLeaf[]> {
  const { rows } = await tx.execute<Row>(sql`
    select ${auditEvent.id}, ${auditEvent.sequence},
      round(date_part('epoch', ${auditEvent.at}) * 1000) as at, ${auditEvent.actor},
      ${auditEvent.action}, ${auditEvent.target}, ${auditEvent.before}, ${auditEvent.after},
      ${auditEvent.ip}, ${auditEvent.userAgent} as "userAgent", ${auditEvent.requestId} as "requestId",
      ${auditEvent.previousHash} as "previousHash", ${auditEvent.hash}
    from ${auditEvent}
    where ${auditEvent.organizationId} = ${organizationId} and ${auditEvent.sequence} > ${after}
    order by ${auditEvent.sequence}
    limit ${eventsMax}`);
  for (const row of rows) {
    row.organizationId = organizationId;
    row.sequence = Number(row.sequence);
    row.at = new Date(Number(row.at));
  }
  return rows as unknown as ChainedLeaf[];
}

/** No checkpoint may contradict the one before it. */
async function requireContinued(
  services: LogServices,
  { organizationId, size, checkpoint }: LogState,
  edge: TileEdge,
): Promise<void> {
  if (checkpoint === null) {
    if (size === 0) return;
    throw new IntegrityError('The last checkpoint is missing');
  }
  const signed = readOwnCheckpoint(services, organizationId, checkpoint);
  if (signed.size !== size || !isSameHash(signed.rootHash, await edgeRoot(edge))) {
    throw new IntegrityError(`The tiles contradict the checkpoint of size ${signed.size}`);
  }
}

/**
 * A checkpoint that the server signed may have been signed under an earlier base URL, so its own origin
 * names the key. After the server's secret was changed, nothing is left to verify it with.
 */
function readOwnCheckpoint(services: LogServices, organizationId: string, checkpoint: string) {
  const { text, signatures } = parseNote(checkpoint);
  const parsed = parseCheckpoint(text);
  const key = verifierKey(parsed.origin, services.auditLogKey, NOTE_ED25519);
  if (!parsed.origin.endsWith(`/${organizationId}`)) {
    throw new IntegrityError(`The last checkpoint is of another log, "${parsed.origin}"`);
  }
  if (signatures.some(({ keyId }) => keyId === key.keyId)) verifyNote(checkpoint, [key]);
  else services.log.warn({ organizationId }, 'audit log: the last checkpoint is by another key');
  return parsed;
}

async function signCheckpoint(
  services: LogServices,
  organizationId: string,
  edge: TileEdge,
): Promise<string> {
  const signer = logSigner(services, organizationId);
  const { size } = edge;
  const rootHash = await edgeRoot(edge);
  return signNote(checkpointText({ origin: signer.name, size, rootHash }), signer);
}
