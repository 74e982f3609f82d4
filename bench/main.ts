/**
 * `npm run bench`: what a decision, a request and a start cost, each beside a baseline of the same
 * run; with names of parts, these alone. docs/benchmarks.md says how to read it.
 */
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureSnapshot } from '../packages/gateway-core/bench/snapshot.ts';
import { measureChanges } from './changes/measure-changes.ts';
import { printChanges } from './changes/report.ts';
import { measureGateway } from './fleet/measure-gateways.ts';
import { measurePropagation } from './fleet/measure-propagation.ts';
import { printGateway, printPropagation, printSnapshot } from './fleet/report.ts';
import { insertKeys } from './insert-keys.ts';
import { type BenchKey, makeKeys } from './keys.ts';
import { measureDecisions } from './measure-decisions.ts';
import { measureRoutes } from './measure-routes.ts';
import { measureStarts } from './measure-starts.ts';
import { isTooSlow, measureReads } from './reads/measure-reads.ts';
import { printReads } from './reads/report.ts';
import { printDecisions, printMachine, printRoutes, printStarts } from './report.ts';
import { stopServers } from './server-process.ts';

/** How many keys the two servers know; the second time, enough to leave the processor's caches. */
const KEY_COUNTS = [1000, 100_000];
/** How many keys the snapshot of the gateway holds. */
const SNAPSHOT_KEY_COUNTS = [1000, 1_000_000];

const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopServers().finally(() => process.exit(1)));
}
// The embedded database runs as another user, who must be able to pass.
await chmod(folder, 0o711);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  decisions: async () => printDecisions(await measureDecisions()),
  servers: measureServers,
  reads: async () => {
    const figures = await measureReads(join(folder, 'reads'));
    printReads(figures);
    if (figures.reads.some(isTooSlow)) process.exitCode = 1;
  },
  changes: async () => printChanges(await measureChanges(join(folder, 'changes'))),
  fleet: measureFleet,
};
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  throw new Error(`There is no "${unknown}". Choose from ${Object.keys(parts).join(', ')}.`);
}
try {
  printMachine();
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure();
  }
} finally {
  await stopServers();
}

async function measureServers(): Promise<void> {
  const dataDir = join(folder, 'data');
  const { figures, owner } = await measureStarts(dataDir);
  printStarts(figures);
  const keys: BenchKey[] = [];
  for (const count of KEY_COUNTS) {
    const added = makeKeys(count - keys.length);
    await insertKeys(dataDir, added, owner);
    keys.push(...added);
    printRoutes(await measureRoutes(dataDir, join(folder, `facts-${count}.json`), keys));
  }
}

async function measureFleet(): Promise<void> {
  printPropagation(await measurePropagation(join(folder, 'fleet')));
  printSnapshot(measureSnapshot());
  for (const count of SNAPSHOT_KEY_COUNTS) printGateway(await measureGateway(count));
}
