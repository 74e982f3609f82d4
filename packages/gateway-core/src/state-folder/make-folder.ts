import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing, for this user alone. Node's own recursive
 * `mkdir` never ends in a file system that takes no folders, such as /proc.
 * @param path absolute
 * @returns the folders that were made, the outermost first
 */
export async function makeFolder(path: string): Promise<string[]> {
  return make(path, false);
}

/** @param isRetry whether the folder above has just been seen: it may be another process that made it */
async function make(path: string, isRetry: boolean): Promise<string[]> {
  try {
    await mkdir(path, { mode: 0o700 });
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(path))) return [];
    if (code !== 'ENOENT' || (isRetry && (await isFolder(dirname(path))))) throw error;
  }
  return [...(await make(dirname(path), false)), ...(await make(path, true))];
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
