import type { ApiKey } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { confirm } from '../../confirm.ts';
import { hint } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../text/counted.ts';
import { createdByKeys } from './created-by-key.ts';

interface End {
  readonly cascade: boolean;
  /** Members whom the cascade does not remove. */
  readonly keepMembers: 'all' | string[] | undefined;
  /** What happens to a key: "stops working for good". */
  readonly loss: string;
}

/** Asks before keys end: for the name of one, or for the number of several. Throws Failure. */
export async function confirmEnd(
  io: Surroundings,
  client: Client,
  keys: readonly ApiKey[],
  { cascade, keepMembers, loss }: End,
): Promise<void> {
  const created = await createdByKeys(client, keys, cascade, keepMembers);
  const [only, ...others] = keys;
  if (only && others.length === 0) {
    const what = `"${only.name}" (${only.prefix}…) ${loss}. ${created}`;
    return confirm(io, { what, ask: 'its name', answer: only.name });
  }
  for (const { name, prefix } of keys) hint(io, `  ${prefix}…  ${name}`);
  const what = `Each of these ${counted(keys.length, 'key')} ${loss}. ${created}`;
  return confirm(io, { what, ask: 'the number of keys', answer: String(keys.length) });
}
