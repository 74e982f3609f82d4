import type { Services } from '../../../context.ts';
import { openSecret } from '../../../outgoing/index.ts';
import type { OpenStream, StreamRow } from './destination.ts';

export function openStream(
  { logStreams, baseUrl, clock }: Pick<Services, 'logStreams' | 'baseUrl' | 'clock'>,
  row: StreamRow,
): OpenStream {
  const secret = row.secret && openSecret(logStreams.storedKey, row.id, row.secret);
  const isUnreadable = row.secret !== null && !secret;
  return {
    row,
    secret: secret?.toString() ?? null,
    problem: isUnreadable
      ? 'The secret cannot be read, since TOLLKEEPER_SECRET was changed. Give the stream its secret again.'
      : null,
    host: new URL(baseUrl).host,
    now: clock(),
  };
}
