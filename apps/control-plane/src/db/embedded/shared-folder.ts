import { chmod, mkdir } from 'node:fs/promises';

const SHARED_FOLDER = '/var/lib/tollkeeper';

/** Where, under root, everything goes that the unprivileged user cannot reach where it stands. */
export async function makeSharedFolder(): Promise<string> {
  // Not by mkdir's own mode: root's umask may close the folder to the very user it is for.
  if (await mkdir(SHARED_FOLDER, { recursive: true })) await chmod(SHARED_FOLDER, 0o755);
  return SHARED_FOLDER;
}
