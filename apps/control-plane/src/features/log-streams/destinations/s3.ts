import {
  DeliveryProblem,
  type GuardedAnswer,
  type RequestLimits,
} from '../../../outgoing/index.ts';
import {
  answerOf,
  type Batch,
  type BatchAnswer,
  type Destination,
  isSuccess,
  jsonOf,
  type OpenStream,
  refusalOf,
  type SendServices,
  TAKEN,
} from './destination.ts';
import { readExactCheckpoint } from './exact-checkpoint.ts';
import { gzipText } from './gzip.ts';
import { type PutObject, putObject } from './s3-put.ts';

/** Objects of S3 and what is compatible: JSON Lines of an hour, or a part of it, and the checkpoint that covers them. */
export const s3: Destination = {
  eventsMax: 10_000,
  bytesMax: 8_000_000,
  isHourly: true,
  record: ({ json }) => `${json}\n`,
  async send(services, stream, batch, limits) {
    const body = await gzipText(batch.records.join(''));
    const lines = { body, contentType: 'application/gzip' };
    if (batch.isTest) {
      return put(
        services,
        stream,
        { key: `${prefixOf(stream)}tollkeeper-test.jsonl.gz`, ...lines },
        limits,
      );
    }
    const { organizationId } = stream.row;
    const checkpoint = await readExactCheckpoint(services, organizationId, batch.lastSequence);
    if (checkpoint.kind === 'not_yet') return NOT_READY;
    const name = nameOf(stream, batch);
    const answer = await put(services, stream, { key: `${name}.jsonl.gz`, ...lines }, limits);
    if (answer.result.kind !== 'taken') return answer;
    if (checkpoint.kind === 'none') {
      const note = `Without a checkpoint: ${checkpoint.reason}`;
      return { ...answer, result: { kind: 'taken', rejectedCount: 0, note } };
    }
    const note = { body: Buffer.from(checkpoint.note), contentType: 'text/plain; charset=utf-8' };
    return put(services, stream, { key: `${name}.checkpoint`, ...note }, limits);
  },
};

const NOT_READY: BatchAnswer = {
  result: { kind: 'not_ready' },
  ...{ status: null, retryAfter: undefined, responseBody: null },
};

function prefixOf({ row: { prefix } }: OpenStream): string {
  return prefix === null ? '' : `${prefix.replace(/\/+$/, '')}/`;
}

/** By hour and first sequence: what is sent again replaces the same object. */
function nameOf(stream: OpenStream, { firstAt, firstSequence }: Batch): string {
  const [day = '', time = ''] = firstAt.split('T');
  const hour = `${day.replaceAll('-', '/')}/${time.slice(0, 2)}`;
  const number = String(firstSequence).padStart(12, '0');
  return `${prefixOf(stream)}${stream.row.organizationId}/${hour}/${number}`;
}

async function put(
  { outgoing }: SendServices,
  { row, secret }: OpenStream,
  object: PutObject,
  limits: RequestLimits,
): Promise<BatchAnswer> {
  const { answer, error } = await putObject(outgoing, row, secret ?? '', object, limits);
  if (!answer) throw error instanceof Error ? error : new DeliveryProblem('Nothing was sent.');
  if (isSuccess(answer)) return answerOf(answer, TAKEN);
  return answerOf(answer, refusalOf(answer, saidOf(answer)));
}

/** The code and the message of S3's XML. */
function saidOf(answer: GuardedAnswer): string {
  const [, code] = /<Code>([\w.]{1,64})<\/Code>/.exec(answer.body) ?? [];
  const [, message] = /<Message>([^<]{1,200})/.exec(answer.body) ?? [];
  if (code === undefined) return jsonOf(answer) ? '' : '';
  return `It says ${code}${message === undefined ? '' : `: ${message}`}.`.replace(/\.\.$/, '.');
}
