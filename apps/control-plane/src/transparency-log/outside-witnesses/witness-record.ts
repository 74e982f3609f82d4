import { randomUUID } from 'node:crypto';
import type { VerifierKey } from '@tollkeeper/transparency-log';
import { and, eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { organization, outsideWitness } from '../../db/schema/index.ts';
import { upsertCosignature } from '../../fleet/index.ts';
import { commit, type Source, type WriteServices } from '../../write/write.ts';
import type { OutsideWitness } from './parse-witnesses.ts';

export type WitnessServices = WriteServices & Pick<Services, 'log' | 'auditLogKey' | 'witnesses'>;

/** What is on record of a witness and the log of an organization. */
export type WitnessRecord = typeof outsideWitness.$inferSelect;

/** How a submission ended. */
export type Outcome =
  | {
      readonly kind: 'cosigned';
      readonly line: string;
      readonly size: number;
      /** Text of the checkpoint, which the cosignature covers. */
      readonly body: string;
    }
  | { readonly kind: 'alarm'; readonly alarm: WitnessAlarm; readonly checkpoint: string }
  | { readonly kind: 'refused' | 'unreachable'; readonly problem: string };

type WitnessAlarm = NonNullable<WitnessRecord['alarm']>;

const PROBLEMS: Readonly<Record<WitnessAlarm, string>> = {
  fork: 'The log contradicts a checkpoint that it has cosigned: its history was rewritten.',
  rollback: 'The log is shorter than a checkpoint that it has cosigned: its end was cut off.',
};

/** Name and key ID, by which cosignatures are stored. */
export function witnessId({ name, keyId }: VerifierKey): string {
  return `${name}+${keyId}`;
}

export async function findRecord(
  db: Database,
  organizationId: string,
  key: VerifierKey,
): Promise<WitnessRecord> {
  const first = { organizationId, witness: witnessId(key), size: 0 };
  const [row] = await db.select().from(outsideWitness).where(isRecord(first));
  return row ?? { ...first, cosignedAt: null, problem: null, alarm: null };
}

/** Stores how a submission ended; what changed since the last one is logged, once. */
export async function recordOutcome(
  services: WitnessServices,
  { key }: OutsideWitness,
  before: WitnessRecord,
  outcome: Outcome,
): Promise<void> {
  const { organizationId } = before;
  // The alarm first: a process that is killed then asks the witness again.
  if (outcome.kind === 'alarm') {
    await recordAlarm(services, before, outcome.alarm, outcome.checkpoint);
  } else if (outcome.kind === 'cosigned') {
    if (before.alarm) await recordAlarm(services, before, null, outcome.body);
    await upsertCosignature(services.db, organizationId, key, outcome);
  }
  const problem = problemOf(outcome);
  const cosigned =
    outcome.kind === 'cosigned' ? { size: outcome.size, cosignedAt: services.clock() } : {};
  if (outcome.kind !== 'cosigned' && problem === before.problem) return;
  await services.db
    .insert(outsideWitness)
    .values({ ...before, ...cosigned, problem })
    .onConflictDoUpdate({
      target: [outsideWitness.organizationId, outsideWitness.witness],
      set: { ...cosigned, problem },
    });
  if (problem === before.problem) return;
  const context = { organizationId, witness: key.name, problem };
  if (problem) services.log.warn(context, 'outside witness does not cosign the audit log');
  else services.log.info(context, 'outside witness cosigns the audit log again');
}

function problemOf(outcome: Outcome): string | null {
  if (outcome.kind === 'cosigned') return null;
  return outcome.kind === 'alarm' ? PROBLEMS[outcome.alarm] : outcome.problem;
}

/** With an audit event, unless it is the alarm that stands already; null resolves it. */
async function recordAlarm(
  services: WitnessServices,
  before: WitnessRecord,
  alarm: WitnessAlarm | null,
  checkpoint: string,
): Promise<void> {
  const { organizationId, witness } = before;
  const source: Source = {
    organizationId,
    actor: { type: 'system', job: 'collect-cosignatures' },
    action: alarm ? 'audit_log.witness_alarm' : 'audit_log.witness_alarm_resolved',
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  await commit<void>(services, source, async (tx) => {
    await tx.insert(outsideWitness).values(before).onConflictDoNothing();
    const [row] = await tx.select().from(outsideWitness).where(isRecord(before)).for('update');
    const [owner] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    if (!row || !owner || row.alarm === alarm) return { replayed: undefined };
    await tx.update(outsideWitness).set({ alarm }).where(isRecord(before));
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: owner.name },
      before: { witness, alarm: row.alarm, cosignedSize: row.size },
      after: { witness, alarm, checkpoint },
      changes: [],
    };
  });
}

function isRecord({ organizationId, witness }: Pick<WitnessRecord, 'organizationId' | 'witness'>) {
  return and(
    eq(outsideWitness.organizationId, organizationId),
    eq(outsideWitness.witness, witness),
  );
}

/** The configured witnesses, with what is on record of each. */
export async function readWitnesses(
  { db, witnesses }: Pick<Services, 'db' | 'witnesses'>,
  organizationId: string,
) {
  return Promise.all(
    witnesses.map(async ({ key }) => {
      const { size, cosignedAt, problem, alarm } = await findRecord(db, organizationId, key);
      return {
        name: key.name,
        size,
        cosignedAt: cosignedAt?.toISOString() ?? null,
        problem,
        alarm,
      };
    }),
  );
}
