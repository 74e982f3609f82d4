import {
  appendToEdge,
  checkpointText,
  edgeRoot,
  type Hash,
  isSameHash,
  NOTE_ED25519,
  parseCheckpoint,
  parseNote,
  signNote,
  type TileEdge,
  verifierKey,
  verifyNote,
} from '@tollkeeper/transparency-log';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { auditChain, transparencyLog } from '../db/schema/index.ts';
import { type ChainLink, type CheckedEvents, checkChain } from './check-chain.ts';
import { IntegrityError } from './integrity-error.ts';
import { type LogServices, logSigner } from './log-identity.ts';
import { readStoredEvents } from './stored-events.ts';
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
 * @param eventsMax that are read at once, of which a batch has several
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
  const before = { sequence: state.size, hash: state.chainHash };
  const { leaves, end, problem, isLast } = await readLeaves(tx, organizationId, before, eventsMax);
  const edge = await loadEdge(tx, organizationId, state.size);
  await requireContinued(services, state, edge);
  const count = leaves.length;
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

/** Reads of one transaction: all else that it does, a lock, tiles and signatures, takes as long as some thousand events. */
const READS_MAX = 8;

async function readLeaves(
  tx: Transaction,
  organizationId: string,
  before: ChainLink,
  eventsMax: number,
): Promise<CheckedEvents & { readonly isLast: boolean }> {
  // Before the events: those up to this end are committed, so that a missing one is no late one.
  const chainEnd = await readChainEnd(tx, organizationId);
  const leaves: Hash[] = [];
  let end = before;
  for (let read = 0; read < READS_MAX; read += 1) {
    const rows = await readStoredEvents(tx, organizationId, end.sequence, eventsMax);
    const checked = checkChain(organizationId, end, chainEnd, rows, eventsMax);
    leaves.push(...checked.leaves);
    end = checked.end;
    const { problem } = checked;
    if (problem !== null || rows.length < eventsMax) return { leaves, end, problem, isLast: true };
    // What came since is past the end that is known here.
    if (end.sequence >= chainEnd.sequence) break;
  }
  return { leaves, end, problem: null, isLast: false };
}

async function readChainEnd(tx: Transaction, organizationId: string): Promise<ChainLink> {
  const [end] = await tx
    .select()
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return end ?? { sequence: 0, hash: GENESIS };
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
