import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Copies the data folder of a control plane that has ended, with what PostgreSQL's user may do there.
 * @param to made unless it is there
 */
export async function copyDataDir(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', `${from}/.`, to]);
}
