import { type LogStream, logStreamId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { argument } from '../../command/verb.ts';
import { listAll, pickOne } from '../../lookup.ts';

export const STREAM = argument('stream', 'Id or exact name');

/** The stream that a person means by an id or an exact name. Throws Failure if there is none. */
export async function findStream(client: Client, reference: string): Promise<LogStream> {
  if (logStreamId.safeParse(reference).success) {
    return client.getLogStream({ params: { id: reference } });
  }
  const { data } = await listAll((query) => client.listLogStreams({ query }));
  return pickOne(
    data.filter(({ name }) => name === reference),
    reference,
    {
      kind: 'log stream',
      advice: 'Run "tollkeeper log-streams list" to see them.',
      candidate: (stream) => `${stream.id}  ${placeOf(stream)}`,
    },
  );
}

/** Where a stream sends to, in a few words. */
export function placeOf({ destination, url, site, bucket }: LogStream): string {
  return [destination, bucket ?? url ?? site ?? ''].join(' ').trim();
}
