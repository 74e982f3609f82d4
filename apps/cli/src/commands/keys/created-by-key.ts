import type { ApiKey, RouteOutput, Routes } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { counted } from '../../text/counted.ts';

type Created = RouteOutput<Routes['getCreated']>;

/** `--cascade`, as the commands that end a key offer it. */
export const CASCADE_OPTION = [
  '--cascade',
  'also revoke the keys that it created or rotated, and delete their join keys and invitations',
] as const;

/** What a person should know, before a key ends, about what the key created or rotated. */
export async function createdByKey(
  client: Client,
  { id }: ApiKey,
  cascade: boolean,
): Promise<string> {
  const created = await client.getCreated({ params: { id } });
  const things = countsOf(created);
  if (things.length === 0) return 'It created or rotated nothing that is still in use.';
  return cascade
    ? `So does everything it created or rotated: ${things.join(', ')}.`
    : `Everything it created or rotated stays: ${things.join(', ')}. Give --cascade to end that as well.`;
}

function countsOf({ keysCount, joinKeysCount, invitationsCount }: Created): string[] {
  return [
    { count: keysCount, what: 'API key' },
    { count: joinKeysCount, what: 'join key' },
    { count: invitationsCount, what: 'invitation' },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => counted(count, what));
}
