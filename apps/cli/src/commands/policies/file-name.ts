import { createHash } from 'node:crypto';

/** Folder of the policies of the organization. The folder of no workspace begins with `_`. */
export const ORGANIZATION_FOLDER = '_organization';

/** Names that Windows keeps for devices, whatever ending follows. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

const LENGTH_MAX = 48;

/**
 * A name on disk for a name that anybody may have chosen: only lower-case letters, digits and
 * hyphens, so that it leads nowhere else, and means one file on every system.
 * @param isTaken whether another thing has this name on disk
 * @param seed what distinguishes things whose names would be one
 */
export function nameOnDisk(text: string, seed: string, isTaken: (name: string) => boolean): string {
  const plain = plainName(text);
  if (plain !== '' && !RESERVED.test(plain) && !isTaken(plain)) return plain;
  const hash = createHash('sha256').update(seed).digest('hex');
  const short = `${plain}_${hash.slice(0, 8)}`.replace(/^_/, 'x_');
  return isTaken(short) ? `x_${hash}` : short;
}

/** May be empty. */
export function plainName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, LENGTH_MAX)
    .replace(/-$/, '');
}
