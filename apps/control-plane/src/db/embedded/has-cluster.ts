import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a data folder holds an embedded database. Creates nothing. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const cluster = await stat(join(dataDir, 'postgres/cluster')).catch(() => undefined);
  return cluster !== undefined;
}
