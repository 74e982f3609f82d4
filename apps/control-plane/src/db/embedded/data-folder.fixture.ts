import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import {
  borrowEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './index.ts';
import { poll } from './poll.ts';
import { runCommand } from './run-command.ts';

/** The path of a data folder that does not exist yet, and goes when the test is over. */
export async function makeDataDir(...below: string[]): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  await chmod(parent, 0o711);
  onTestFinished(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));
  return join(parent, ...below, 'data');
}

let original: Promise<string> | undefined;

afterAll(async () => {
  if (original) await rm(dirname(await original), { recursive: true, force: true });
});

/** A data folder that was started and stopped before: a copy, since initdb is what takes long. */
export async function makeUsedDataDir(): Promise<string> {
  original ??= makeOriginal();
  const dataDir = await makeDataDir();
  await runCommand('cp', ['-a', await original, dataDir]);
  return dataDir;
}

async function makeOriginal(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  await chmod(parent, 0o711);
  const dataDir = join(parent, 'data');
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, holder: 'a test' });
  await postgres.stop();
  return dataDir;
}

export async function start(
  dataDir: string,
  options: Partial<EmbeddedOptions> = {},
): Promise<EmbeddedPostgres> {
  const log = () => undefined;
  const postgres = await startEmbeddedPostgres({ dataDir, log, holder: 'a test', ...options });
  onTestFinished(() => postgres.stop());
  return postgres;
}

export async function borrow(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await borrowEmbeddedPostgres({ dataDir, log: () => undefined });
  onTestFinished(() => postgres.stop());
  return postgres;
}

export async function query(postgres: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  try {
    const result = await client.query({ text, rowMode: 'array' });
    return result.rows.flat();
  } finally {
    await client.end();
  }
}

export interface Holder {
  child: ChildProcess;
  pid: number;
  /** The first line that hold.fixture.ts prints. */
  says: Promise<string>;
}

/** Runs hold.fixture.ts in a process of its own. */
export function hold(dataDir: string, holder: string): Holder {
  const script = join(import.meta.dirname, 'hold.fixture.ts');
  const child = spawn(process.execPath, [script, dataDir, holder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const says = new Promise<string>((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', () => resolve(text.trim()));
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  return { child, pid: child.pid ?? 0, says };
}

/** The pid of the holder's postmaster, once it runs. */
export async function postmasterOf(holder: Holder): Promise<number> {
  const pid = Number(/^ready (\d+)$/.exec(await holder.says)?.[1]);
  if (!pid) throw new Error(await holder.says);
  return pid;
}

/** Resolves once the process is gone or a zombie that only its parent has yet to see. */
export async function gone(pid: number): Promise<boolean> {
  const attempt = () => (isAlive(pid) ? undefined : true);
  return (await poll(attempt, 10_000)) ?? false;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, 'utf8'));
}

/** The watchdogs of a data folder's servers: shells that have its log among their arguments. */
export function findWatchdogs(dataDir: string): number[] {
  const log = join(dataDir, 'postgres/run/postgres.log');
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid && readArguments(pid).includes(log));
}

function readArguments(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
