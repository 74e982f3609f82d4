// A process that holds a data folder until SIGTERM, as the control plane does; tests kill it.
// Arguments: the data folder, the holder's text. Prints "ready <pid of the postmaster>", or the
// refusal as "<code> <message>".
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres } from './index.ts';

const [dataDir = '', holder = ''] = process.argv.slice(2);
try {
  const postgres = await startEmbeddedPostgres({ dataDir, holder, log: () => undefined });
  const pidFile = join(dataDir, 'postgres/cluster/postmaster.pid');
  console.log(`ready ${Number.parseInt(readFileSync(pidFile, 'utf8'), 10)}`);
  const alive = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', () => postgres.stop().then(() => clearInterval(alive)));
} catch (error) {
  console.log(error instanceof EmbeddedPostgresError ? `${error.code} ${error.message}` : error);
}
