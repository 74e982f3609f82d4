import { parseNote, type VerifierKey } from '@tollkeeper/transparency-log';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import type { PublishedLog } from '../../fleet/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { readPublishedLogs } from '../read-published-logs.ts';
import { askWitness } from './ask-witness.ts';
import type { OutsideWitness } from './parse-witnesses.ts';
import {
  findRecord,
  type Outcome,
  recordOutcome,
  type WitnessRecord,
  type WitnessServices,
  witnessId,
} from './witness-record.ts';

interface Limits {
  /** Of one request. */
  readonly timeoutMs: number;
  /** A witness is not asked about further logs after that long; the next run goes on. */
  readonly runMs: number;
}

const LIMITS: Limits = { timeoutMs: 5000, runMs: 30_000 };

/**
 * Submits the newest checkpoint of each organization to each outside witness that has not cosigned it,
 * and stores the cosignatures. What failed is tried again by the next run.
 */
export async function collectCosignatures(
  services: WitnessServices,
  limits: Partial<Limits> = {},
): Promise<{ readonly cosigned: number }> {
  const runs = services.witnesses.map((witness) =>
    collectFrom(services, witness, { ...LIMITS, ...limits }),
  );
  // All of them end first: none keeps another from what it has begun.
  await Promise.allSettled(runs);
  const counts = await Promise.all(runs);
  return { cosigned: counts.reduce((sum, count) => sum + count, 0) };
}

async function collectFrom(
  services: WitnessServices,
  witness: OutsideWitness,
  { timeoutMs, runMs }: Limits,
): Promise<number> {
  const endsAt = performance.now() + runMs;
  let cosigned = 0;
  let unreachable: Outcome | undefined;
  const due = await findDue(services.db, witness.key);
  const contextOf = (organizationId: string) => ({ organizationId, witness: witness.key.name });
  await runForEach(services.log, due, contextOf, async (organizationId) => {
    if (performance.now() > endsAt) return;
    const record = await findRecord(services.db, organizationId, witness.key);
    const outcome = unreachable ?? (await submit(services, witness, record, timeoutMs));
    if (outcome.kind === 'unreachable') unreachable = outcome;
    if (outcome.kind === 'cosigned') cosigned += 1;
    await recordOutcome(services, witness, record, outcome);
  });
  return cosigned;
}

/** Organizations whose checkpoint the witness has not cosigned; in random order, so that each has its turn. */
async function findDue(db: Database, key: VerifierKey): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select log.organization_id as id
    from transparency_log as log
      join organization on organization.id = log.organization_id and organization.deleted_at is null
      left join cosignature on cosignature.organization_id = log.organization_id
        and cosignature.witness = ${witnessId(key)}
    where log.checkpoint is not null
      and (cosignature.body is null
        or left(log.checkpoint, length(cosignature.body) + 1) <> cosignature.body || chr(10))
    order by random()`);
  return rows.map(({ id }) => id);
}

async function submit(
  services: WitnessServices,
  witness: OutsideWitness,
  { organizationId, size: cosignedSize }: WitnessRecord,
  timeoutMs: number,
): Promise<Outcome> {
  const log = await readLog(services, organizationId);
  if (!log) return { kind: 'refused', problem: NO_CHECKPOINT };
  const ask = async (oldSize: number) => {
    const proof = await log.proof(oldSize).catch(missingTile);
    if (!proof) return { oldSize, answer: { kind: 'refused', problem: NO_PROOF } as const };
    const submission = { oldSize, proof, note: log.note };
    return { oldSize, answer: await askWitness(witness, submission, timeoutMs) };
  };
  // A witness that has seen more answers with its size.
  let { oldSize, answer } = await ask(Math.min(cosignedSize, log.size));
  if (answer.kind === 'conflict' && answer.size !== null && answer.size !== oldSize) {
    const { size } = answer;
    if (size > log.size) return readAhead(services, log, size);
    ({ oldSize, answer } = await ask(size));
  }
  switch (answer.kind) {
    case 'cosigned':
      return { ...answer, size: log.size, body: parseNote(log.note).text };
    case 'inconsistent':
      return { kind: 'alarm', alarm: 'fork', checkpoint: log.note };
    case 'conflict':
      // The specification has this status, too, for another root of the same size.
      if (oldSize === log.size && (answer.size ?? oldSize) === oldSize) {
        return { kind: 'alarm', alarm: 'fork', checkpoint: log.note };
      }
      return { kind: 'refused', problem: 'It contradicts itself about the size that it has seen.' };
    default:
      return answer;
  }
}

const NO_CHECKPOINT = 'Nothing was submitted to it: the checkpoint cannot be read.';
const NO_PROOF = 'Nothing was submitted to it: tiles of the log are missing.';

function missingTile(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error;
}

/** Another process may have submitted a newer checkpoint, which then is in the database. */
async function readAhead(
  services: WitnessServices,
  { organizationId, note }: PublishedLog,
  size: number,
): Promise<Outcome> {
  const now = await readLog(services, organizationId);
  if (now && now.size >= size) {
    return { kind: 'refused', problem: 'It was submitted a newer checkpoint meanwhile.' };
  }
  return { kind: 'alarm', alarm: 'rollback', checkpoint: now?.note ?? note };
}

async function readLog(
  services: WitnessServices,
  organizationId: string,
): Promise<PublishedLog | undefined> {
  const [log] = await readPublishedLogs(services, [organizationId]);
  return log;
}
