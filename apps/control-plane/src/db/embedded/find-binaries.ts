import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres-error.ts';

export interface Binaries {
  /** Holds bin, lib and share. */
  folder: string;
  version: string;
}

/**
 * The PostgreSQL that npm installed for this platform, its symbolic links in place.
 * Throws `unsupported_platform` where there is none.
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const folder = findPackage(platform, arch);
  if (!folder) {
    throw new EmbeddedPostgresError(
      'unsupported_platform',
      `Tollkeeper includes no PostgreSQL for "${platform}-${arch}". ${INSTEAD}`,
    );
  }
  await restoreLinks(folder);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { folder: join(folder, 'native'), version: String(version) };
}

function findPackage(platform: string, arch: string): string | undefined {
  // The Windows binaries exist, but Unix sockets and signals as used here do not.
  if (platform === 'win32') return undefined;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

/** npm packs no symbolic links, and the install script that makes them may have been blocked. */
export async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    // Source and target share a folder. A link that is there is right; one that cannot be made
    // shows as a missing library.
    await symlink(basename(source), join(folder, target)).catch(() => undefined);
  }
}
