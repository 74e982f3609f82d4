/**
 * `npm run bench`: what a decision, a request and a start cost, each beside a baseline of the same
 * run; with names of parts, these alone. docs/benchmarks.md says how to read it.
 */

import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { displayPrefix, hashSecret } from '@tollkeeper/verify';
import pg from 'pg';
import { borrowDatabase } from '../apps/control-plane/src/db/open-database.ts';
import { measureCalls } from '../packages/gateway-core/bench/calls.ts';
import { measureLimits } from '../packages/gateway-core/bench/limits.ts';
import { measureRecording } from '../packages/gateway-core/bench/recording.ts';
import { measureSnapshot } from '../packages/gateway-core/bench/snapshot.ts';
import { measureVerification } from '../packages/transparency-log/bench/verify-export.ts';
import type { DecisionFigures } from '../packages/verify/bench/decisions.ts';
import { measurePolicies } from '../packages/verify/bench/policies.ts';
import { measureAudit } from './audit/measure-audit.ts';
import { isFilterTooSlow } from './audit/measure-filters.ts';
import { printAudit } from './audit/print-audit.ts';
import { measureReconciliation } from './billing/measure-reconciliation.ts';
import { measureChanges } from './changes/measure-changes.ts';
import { printChanges } from './changes/print-changes.ts';
import { measureGateway } from './fleet/measure-gateways.ts';
import { measurePropagation } from './fleet/measure-propagation.ts';
import { type BenchKey, KEY_SCOPES, makeKeys } from './keys.ts';
import { isTooSlow, measureReads, printReads } from './measure-reads.ts';
import { measureRoutes } from './measure-routes.ts';
import { measureStarts } from './measure-starts.ts';
import {
  printCalls,
  printDecisions,
  printGateway,
  printLimits,
  printMachine,
  printPolicies,
  printPropagation,
  printReconciliation,
  printRecording,
  printRoutes,
  printSnapshot,
  printStarts,
  printVerification,
  printWebhooks,
} from './report.ts';
import { stopServers } from './server-process.ts';
import { measureWebhooks } from './webhooks/measure-webhooks.ts';

/** How many keys the two servers know; the second time, enough to leave the processor's caches. */
const KEY_COUNTS = [1000, 100_000];
/** How many keys the snapshot of the gateway holds. */
const SNAPSHOT_KEY_COUNTS = [1000, 1_000_000];

/** Measures decisions in a process of its own. */
const DECISIONS = fileURLToPath(new URL('../packages/verify/bench/decisions.ts', import.meta.url));
/** How many keys one statement inserts. */
const PAGE = 5000;

const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopServers().finally(() => process.exit(1)));
}
// The embedded database runs as another user, who must be able to pass.
await chmod(folder, 0o711);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  decisions: async () => printDecisions(await measureDecisions()),
  policies: async () => {
    printPolicies(measurePolicies());
    printCalls(measureCalls());
    printLimits(measureLimits());
    printRecording(await measureRecording());
  },
  servers: measureServers,
  reads: async () => {
    const figures = await measureReads(join(folder, 'reads'));
    printReads(figures);
    if (figures.reads.some(isTooSlow)) process.exitCode = 1;
  },
  changes: async () => printChanges(await measureChanges(join(folder, 'changes'))),
  fleet: measureFleet,
  audit: async () => {
    const figures = await measureAudit(join(folder, 'audit'));
    printAudit(figures);
    if (figures.filters.some(isFilterTooSlow)) process.exitCode = 1;
    printVerification(await measureVerification(folder));
  },
  billing: async () => printReconciliation(await measureReconciliation(join(folder, 'billing'))),
  webhooks: async () => printWebhooks(await measureWebhooks(join(folder, 'webhooks'))),
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

/** In a process of its own, so that nothing else's garbage is counted as memory of keys. */
async function measureDecisions(): Promise<DecisionFigures> {
  const measuring = promisify(execFile)(process.execPath, [DECISIONS]);
  process.once('exit', () => measuring.child.kill('SIGKILL'));
  return JSON.parse((await measuring).stdout);
}

/** Puts the keys into a stopped control plane's database: through the API it would take minutes. */
async function insertKeys(
  dataDir: string,
  keys: readonly BenchKey[],
  owner: { readonly organizationId: string; readonly memberId: string },
): Promise<void> {
  const database = await borrowDatabase({ databaseUrl: undefined, dataDir }, () => undefined);
  const client = new pg.Client(database.config);
  try {
    await client.connect();
    for (let at = 0; at < keys.length; at += PAGE) {
      await insertPage(client, keys.slice(at, at + PAGE), owner);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
    await database.close();
  }
}

async function insertPage(
  client: pg.Client,
  keys: readonly BenchKey[],
  owner: { readonly organizationId: string; readonly memberId: string },
): Promise<void> {
  const ids = keys.map((key) => key.id);
  await client.query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at)
     select id, $4, $5, name, prefix, 'active', 'custom', $6, '{}', now()
     from unnest($1::text[], $2::text[], $3::text[]) as new(id, name, prefix)`,
    [
      ids,
      keys.map((key) => key.name),
      keys.map((key) => displayPrefix(key.secret)),
      owner.organizationId,
      owner.memberId,
      KEY_SCOPES,
    ],
  );
  await client.query(
    `insert into api_key_secret (hash, organization_id, key_id, created_at)
     select hash, $3, id, now() from unnest($1::bytea[], $2::text[]) as new(hash, id)`,
    [keys.map((key) => Buffer.from(hashSecret(key.secret))), ids, owner.organizationId],
  );
}
