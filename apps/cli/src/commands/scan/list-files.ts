import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * The file, or each file below the folder, in order of name. Links are not followed: they would lead
 * out of the folder, or in circles.
 */
export async function* listFiles(
  path: string,
  onUnreadable: (path: string, error: unknown) => void,
): AsyncGenerator<string> {
  try {
    if (!(await stat(path)).isDirectory()) {
      yield path;
      return;
    }
    const entries = await readdir(path, { withFileTypes: true });
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.isFile()) yield below;
      if (entry.isDirectory() && !isOfGit(path, entry.name)) yield* listFiles(below, onUnreadable);
    }
  } catch (error) {
    onUnreadable(path, error);
  }
}

/** The objects of git, which are compressed: nothing in them can be found by its text. */
function isOfGit(folder: string, name: string): boolean {
  return name === 'objects' && basename(folder) === '.git';
}
