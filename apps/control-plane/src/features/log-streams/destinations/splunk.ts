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
import { joinUrl } from './join-url.ts';

/** What helps with some codes of HEC. */
const HINTS: ReadonlyMap<number, string> = new Map([
  [1, 'Enable the token in Splunk.'],
  [3, 'Check the token.'],
  [4, 'Check the token.'],
  [7, 'Allow the index for the token in Splunk, or choose another one.'],
  [10, 'Use a token without indexer acknowledgment.'],
  [14, 'Use a token without indexer acknowledgment.'],
]);

/** Splunk's HTTP Event Collector: objects one after the other. Splunk Cloud takes up to 1 MB at a time. */
export const splunk: Destination = {
  eventsMax: 1000,
  bytesMax: 950_000,
  isHourly: false,
  record({ event, json }, { row, host }) {
    const { index, format } = row;
    const sourcetype = format === 'ocsf' ? 'tollkeeper:audit:ocsf' : 'tollkeeper:audit';
    const time = (Date.parse(event.at) / 1000).toFixed(3);
    const head = JSON.stringify({
      host,
      source: 'tollkeeper',
      sourcetype,
      ...(index && { index }),
    });
    return `{"time":${time},${head.slice(1, -1)},"event":${json}}\n`;
  },
  async send({ outgoing }, { row, secret }, { records }, limits) {
    const answer = await sendGuarded(outgoing, {
      method: 'POST',
      url: joinUrl(row.url, '/services/collector/event'),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Tollkeeper-Log-Streams',
        authorization: `Splunk ${secret ?? ''}`,
      },
      body: records.join(''),
      ...limits,
      keptBytesMax: ANSWER_BYTES_MAX,
    });
    const { code, text } = jsonOf(answer) ?? {};
    const detail = typeof code === 'number' ? detailOf(code, text) : '';
    return answerOf(
      answer,
      resultOf(isSuccess(answer), code, () => refusalOf(answer, detail)),
    );
  },
};

function resultOf(isOk: boolean, code: unknown, refusal: () => BatchResult): BatchResult {
  if (!isOk) return refusal();
  if (code === 0) return TAKEN;
  if (typeof code === 'number') return refusal();
  const problem = 'It answered, but not as the HTTP Event Collector does. Check the URL.';
  return { kind: 'refused', problem };
}

function detailOf(code: number, text: unknown): string {
  const said = typeof text === 'string' ? ` (${text})` : '';
  return [`Splunk says code ${code}${said}.`, HINTS.get(code) ?? ''].join(' ').trim();
}
