import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Compressed: nothing in them can be found by its text. */
const GIT_OBJECTS = join('.git', 'objects');

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
      if (entry.isDirectory() && !below.endsWith(GIT_OBJECTS))
        yield* listFiles(below, onUnreadable);
    }
  } catch (error) {
    onUnreadable(path, error);
  }
}
