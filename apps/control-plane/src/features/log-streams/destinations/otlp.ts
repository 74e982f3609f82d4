import { sendGuarded } from '../../../outgoing/index.ts';
import {
  ANSWER_BYTES_MAX,
  answerOf,
  type BatchResult,
  type Destination,
  isSuccess,
  jsonOf,
  refusalOf,
  TAKEN,
} from './destination.ts';
import { gzipText } from './gzip.ts';
import { secretHeader } from './https.ts';
import { joinUrl } from './join-url.ts';
import { anyValue, attributes } from './otlp-value.ts';

/** INFO, of the numbers of OpenTelemetry's log data model. */
const SEVERITY = { severityNumber: 9, severityText: 'INFO' } as const;

/** OTLP over HTTP, in JSON. Collectors take 20 MiB unless they are configured otherwise, some as little as 4 MiB. */
export const otlp: Destination = {
  eventsMax: 1000,
  bytesMax: 2_000_000,
  isHourly: false,
  record({ event, json }) {
    // Times of 64 bits are texts in the JSON of protobuf.
    const timeUnixNano = `${Date.parse(event.at)}000000`;
    return JSON.stringify({
      timeUnixNano,
      observedTimeUnixNano: timeUnixNano,
      ...SEVERITY,
      body: anyValue(JSON.parse(json)),
      attributes: attributes({
        'event.id': event.id,
        'tollkeeper.organization.id': event.organizationId,
        'tollkeeper.audit.sequence': event.sequence,
      }),
      eventName: event.action,
    });
  },
  async send({ outgoing }, stream, { records }, limits) {
    const resource = attributes({ 'service.name': 'tollkeeper', 'host.name': stream.host });
    const scope = { name: 'tollkeeper.audit_log' };
    const head = `{"resourceLogs":[{"resource":{"attributes":${JSON.stringify(resource)}},"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[`;
    const answer = await sendGuarded(outgoing, {
      method: 'POST',
      url: joinUrl(stream.row.url, '/v1/logs'),
      headers: {
        ...secretHeader(stream),
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'user-agent': 'Tollkeeper-Log-Streams',
      },
      body: await gzipText(`${head}${records.join(',')}]}]}]}`),
      ...limits,
      keptBytesMax: ANSWER_BYTES_MAX,
    });
    if (!isSuccess(answer)) {
      const { message } = jsonOf(answer) ?? {};
      const said = typeof message === 'string' ? `It says: ${message}` : '';
      return answerOf(answer, refusalOf(answer, said));
    }
    const response = answer.body === '' ? {} : jsonOf(answer);
    return answerOf(answer, response ? takenOf(response, records.length) : NOT_OTLP);
  },
};

const NOT_OTLP: BatchResult = {
  kind: 'refused',
  problem: 'It answered, but not as OTLP over HTTP in JSON does. Check the URL.',
};

/** A batch of which a part was rejected must not be sent again (OTLP, partial success). */
function takenOf(response: Record<string, unknown>, count: number): BatchResult {
  const partial = response.partialSuccess;
  if (typeof partial !== 'object' || partial === null) return TAKEN;
  const { rejectedLogRecords, errorMessage } = partial as Record<string, unknown>;
  const rejected = Number(rejectedLogRecords ?? 0);
  const rejectedCount = Number.isSafeInteger(rejected) ? Math.min(Math.max(rejected, 0), count) : 0;
  const said = typeof errorMessage === 'string' ? errorMessage : '';
  if (rejectedCount === 0 && said === '') return TAKEN;
  const rejects = rejectedCount > 0 ? `It rejected ${rejectedCount} of ${count} events.` : '';
  return { kind: 'taken', rejectedCount, note: `${rejects} ${said}`.trim() };
}
