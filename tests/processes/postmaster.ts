import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The process of the PostgreSQL in the data folder; 0 while none has started. */
export function postmasterOf(dataDir: string): number {
  const file = pidFile(dataDir);
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || 0 : 0;
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postgres/cluster/postmaster.pid');
}

/** Whether the process runs; one that only waits for its parent to take notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, 'utf8'));
}
