import type { ApiKey, RouteOutput, Routes } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { counted } from '../../text/counted.ts';

type Created = RouteOutput<Routes['getCreated']>;

/** `--cascade`, as the commands that end a key offer it. */
export const CASCADE_OPTION = [
  '--cascade',
  'also revoke everything that they created or rotated, and delete their join keys and invitations',
] as const;

/** What a person should know, before keys end, about what the keys created or rotated. */
export async function createdByKeys(
  client: Client,
  keys: readonly ApiKey[],
  cascade: boolean,
): Promise<string> {
  const ids = keys.map(({ id }) => id);
  const it = ids.length === 1 ? 'it' : 'they';
  const things = thingsOf(await readCreated(client, ids));
  return `${fateOf(it, things, cascade)}${adviceOnJoined(keys)}`;
}

function fateOf(it: string, things: string, cascade: boolean): string {
  if (things === '') return `${capitalized(it)} created or rotated nothing that is still in use.`;
  return cascade
    ? `So does everything ${it} created or rotated: ${things}.`
    : `Everything ${it} created or rotated stays: ${things}. Give --cascade to end that as well.`;
}

/** Cascade does not remove members and gateways that have already joined through what the key created. */
function adviceOnJoined(keys: readonly ApiKey[]): string {
  const lists = [
    { scope: 'members.invite', command: 'members list' },
    { scope: 'fleet.manage', command: 'gateways list' },
  ] as const;
  const commands = lists
    .filter(({ scope }) => keys.some(({ scopes }) => scopes.includes(scope)))
    .map(({ command }) => `"tollkeeper ${command}"`);
  if (commands.length === 0) return '';
  return ` Members and gateways that have already joined stay: look for unknown ones in ${commands.join(' and ')}.`;
}

function readCreated(client: Client, ids: string[]): Promise<Created> {
  const [id, ...others] = ids;
  return id !== undefined && others.length === 0
    ? client.getCreated({ params: { id } })
    : client.getKeysCreated({ body: { ids } });
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** "2 API keys, 1 join key"; nothing where there are none. */
function thingsOf({ isComplete, ...counts }: Created): string {
  const { keysCount, joinKeysCount, invitationsCount } = counts;
  const things = [
    { count: keysCount, what: 'API key' },
    { count: joinKeysCount, what: 'join key' },
    { count: invitationsCount, what: 'invitation' },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => counted(count, what))
    .join(', ');
  if (isComplete) return things;
  return things === '' ? 'too much to be counted' : `at least ${things}`;
}
