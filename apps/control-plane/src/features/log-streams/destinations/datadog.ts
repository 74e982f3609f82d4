import { sendGuarded } from '../../../outgoing/index.ts';
import {
  ANSWER_BYTES_MAX,
  answerOf,
  type Destination,
  isSuccess,
  jsonOf,
  refusalOf,
  TAKEN,
} from './destination.ts';
import { gzipText } from './gzip.ts';
import { joinUrl } from './join-url.ts';

/**
 * Datadog takes logs of the last 18 hours. An older one goes without its time, and so has the time of its arrival;
 * the time of the event stays in the event.
 */
const TIMESTAMP_MS_MAX = 17 * 3_600_000;

const HINTS: ReadonlyMap<number, string> = new Map([
  [401, 'Check the API key.'],
  [403, 'Check the API key, and that it is one of this site.'],
]);

/** Datadog's logs intake: an array of up to 1,000 logs, 5 MB before compression. */
export const datadog: Destination = {
  eventsMax: 1000,
  bytesMax: 2_000_000,
  isHourly: false,
  record({ event, json }, { row, host, now }) {
    const head = JSON.stringify({
      ddsource: 'tollkeeper',
      ...(row.tags && { ddtags: row.tags }),
      hostname: host,
      service: 'tollkeeper',
      status: 'info',
      message: `${event.action}: ${event.target.type} "${event.target.name}"`,
      ...(now.getTime() - Date.parse(event.at) < TIMESTAMP_MS_MAX && { timestamp: event.at }),
    });
    return `{${head.slice(1, -1)},"event":${json}}`;
  },
  async send({ outgoing }, { row, secret }, { records }, limits) {
    const answer = await sendGuarded(outgoing, {
      method: 'POST',
      url: joinUrl(row.url ?? `https://http-intake.logs.${row.site}`, '/api/v2/logs'),
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'user-agent': 'Tollkeeper-Log-Streams',
        'dd-api-key': secret ?? '',
      },
      body: await gzipText(`[${records.join(',')}]`),
      ...limits,
      keptBytesMax: ANSWER_BYTES_MAX,
    });
    if (isSuccess(answer)) return answerOf(answer, TAKEN);
    const said = saidOf(jsonOf(answer));
    return answerOf(answer, refusalOf(answer, `${HINTS.get(answer.status) ?? ''}${said}`));
  },
};

/** The first of `{"errors": [{"detail": "…"}]}`. */
function saidOf({ errors }: Record<string, unknown> = {}): string {
  const [first] = Array.isArray(errors) ? errors : [];
  const detail = typeof first === 'object' && first !== null ? first.detail : first;
  return typeof detail === 'string' ? ` Datadog says: ${detail}` : '';
}
