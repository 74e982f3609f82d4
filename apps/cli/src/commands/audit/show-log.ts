import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { verb } from '../../command/verb.ts';
import { type Field, printFields } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeAndExact, relativeTime } from '../../text/format.ts';

type AuditLog = RouteOutput<Routes['getAuditLog']>;

export const showLog = verb({
  name: 'log',
  summary: 'Show the state of the transparency log: its key, its checkpoint, its outside witnesses',
  notes:
    'Keep the public key elsewhere, to verify the log without trusting the server. "audit verify --key" takes it, or a file with it.',
  run: async ({ ctx }) => (await connect(ctx)).client.getAuditLog(),
  print: printLog,
});

function printLog(ctx: CliContext, log: AuditLog): void {
  printFields(ctx, [
    ['Origin', log.origin],
    ['Public key', log.publicKey],
    ['Size', counted(log.size, 'event')],
    ['Checkpoint', relativeAndExact(log.checkpointAt, ctx.now())],
    ['First event', String(log.firstSequence)],
    ['Retention', log.retentionDays === null ? 'unlimited' : counted(log.retentionDays, 'day')],
    ...(log.problem === null ? [] : [['Problem', log.problem, 'red'] as const]),
    ...log.witnesses.map((witness) => witnessField(witness, ctx.now())),
  ]);
}

function witnessField(witness: AuditLog['witnesses'][number], now: Date): Field {
  const { name, size, cosignedAt, problem, alarm } = witness;
  const cosigned =
    cosignedAt === null
      ? 'has cosigned nothing yet'
      : `cosigned ${counted(size, 'event')} ${relativeTime(cosignedAt, now)}`;
  const words = [`${name} ${cosigned}.`, alarm && `Alarm: ${alarm}.`, problem];
  const text = words.filter((each) => each !== null).join(' ');
  return alarm || problem ? ['Witness', text, 'red'] : ['Witness', text];
}
