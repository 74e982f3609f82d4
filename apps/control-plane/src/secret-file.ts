import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@tollkeeper/gateway-core';

const NAME = 'secret';

/**
 * The secret that signs sessions, made at the first start and kept in the data folder for its
 * owner alone. Written beside and linked into place: two first starts agree on one secret.
 */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  await makeFolder(dataDir);
  const path = join(dataDir, NAME);
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found.length >= 32) return found;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  return readFile(path, 'utf8');
}
