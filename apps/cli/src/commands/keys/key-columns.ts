import type { ApiKey, KeyState } from '@tollkeeper/contract';
import { type Colour, paint } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';

import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';

export const STATE_COLOURS: Readonly<Record<KeyState, Colour>> = {
  active: 'green',
  disabled: 'yellow',
  expired: 'red',
  revoked: 'red',
};

/**
 * A list of keys as people read it; what matters least stands last.
 * @param workspaces their names by id; undefined where no key is confined to one
 */
export function keyColumns(
  io: Surroundings,
  workspaces: ReadonlyMap<string, string> | undefined,
): readonly Column<ApiKey>[] {
  const now = io.now();
  return [
    { title: 'NAME', cell: (key) => key.name, widthMin: 12 },
    { title: 'PREFIX', cell: (key) => key.prefix },
    {
      title: 'STATE',
      cell: (key) => `● ${key.state}`,
      paint: (text, key) => paint(io, STATE_COLOURS[key.state], text),
    },
    { title: 'LAST USED', cell: (key) => relativeTime(key.lastUsedAt, now) },
    {
      title: 'EXPIRES',
      cell: (key) => relativeTime(key.expiresAt, now),
      paint: (text, key) => (isExpired(key, now) ? paint(io, 'red', text) : text),
    },
    ...(workspaces ? [workspaceColumn(workspaces)] : []),
    {
      title: 'SCOPES',
      cell: (key) => String(key.scopes.length),
      align: 'right',
      optional: true,
    },
    { title: 'CREATED', cell: (key) => relativeTime(key.createdAt, now), optional: true },
    { title: 'CREATED BY', cell: (key) => key.createdBy.name, widthMin: 8, optional: true },
  ];
}

function workspaceColumn(names: ReadonlyMap<string, string>): Column<ApiKey> {
  const cell = ({ workspaceId: id }: ApiKey) => (id === null ? 'all' : (names.get(id) ?? id));
  return { title: 'WORKSPACE', cell, widthMin: 9, optional: true };
}

function isExpired({ expiresAt }: ApiKey, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}
