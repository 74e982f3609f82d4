import { sendGuarded } from '../../../outgoing/index.ts';
import {
  ANSWER_BYTES_MAX,
  answerOf,
  type Destination,
  isSuccess,
  type OpenStream,
  refusalOf,
  TAKEN,
} from './destination.ts';

/** Any server that takes JSON Lines. */
export const https: Destination = {
  eventsMax: 1000,
  bytesMax: 1_000_000,
  isHourly: false,
  record: ({ json }) => `${json}\n`,
  async send({ outgoing }, stream, { records, firstSequence, lastSequence, isTest }, limits) {
    const { id, url } = stream.row;
    const range = isTest ? `test-${firstSequence}` : `${firstSequence}-${lastSequence}`;
    const answer = await sendGuarded(outgoing, {
      method: 'POST',
      url: url ?? '',
      headers: {
        ...secretHeader(stream),
        'content-type': 'application/x-ndjson',
        'user-agent': 'Tollkeeper-Log-Streams',
        // The same for each repeat of a batch, and for no other one.
        'tollkeeper-batch-id': `${id}-${range}`,
      },
      body: records.join(''),
      ...limits,
      keptBytesMax: ANSWER_BYTES_MAX,
    });
    return answerOf(answer, isSuccess(answer) ? TAKEN : refusalOf(answer));
  },
};

/** The header that holds the secret, where there is one. */
export function secretHeader({ row, secret }: OpenStream): Record<string, string> {
  return secret === null ? {} : { [row.header ?? 'authorization']: secret };
}
