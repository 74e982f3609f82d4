/** Processes that tests start, signal and kill; none outlives its test file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';
import { copyDataDir } from '../../apps/control-plane/src/testing/copy-data-dir.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and the end of the process. */
  stop(): Promise<Exit>;
}

/** Room for all that a start leaves behind: collecting it several times was a sixth of the start. */
const ROOM = '--min-semi-space-size=16';
/** Where Node keeps what it compiled: loading the control plane again takes a quarter less. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/node-compiled', import.meta.url));

/**
 * Runs a file with the Node of the tests.
 * @param env the whole environment of the process
 * @param cwd that of the tests unless given
 * @param onLine gets each line that the process writes to its file descriptor 3
 */
export function startNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
  onLine?: (line: string) => void,
): Running {
  const withCache = { NODE_COMPILE_CACHE: COMPILED, ...env };
  return startProgram(process.execPath, [ROOM, ...args], withCache, cwd, onLine);
}

/** The same for any other program. */
export function startProgram(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
  onLine?: (line: string) => void,
): Running {
  const pipes = onLine ? ['pipe' as const] : [];
  const child = spawn(path, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', ...pipes] });
  if (onLine) createInterface(child.stdio[3] as Readable).on('line', onLine);
  const exited = ended(child);
  atFileEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid: child.pid ?? 0,
    stdout: collect(child.stdout),
    stderr: collect(child.stderr),
    exited,
    signal,
    stop: () => {
      signal('SIGTERM');
      return exited;
    },
  };
}

/** @throws Error with what the process said, when it ends before, or in a minute is not ready */
export async function untilReady(process: Running, isReady: () => Promise<boolean>): Promise<void> {
  let hasEnded = false;
  void process.exited.then(() => {
    hasEnded = true;
  });
  const outcome = await until('ready', async () => {
    return (await isReady()) ? 'ready' : hasEnded && 'ended';
  }).catch(() => 'late');
  if (outcome !== 'ready') throw new Error(`Not ready: ${process.stderr()}${process.stdout()}`);
}

/** What the process logged as a warning or worse. */
export function warningsOf({ stdout }: Running): unknown[] {
  const lines = stdout().split('\n');
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly level: number })
    .filter(({ level }) => level >= 40);
}

export async function answersOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

/** A folder that goes when the test file ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-process-'));
  atFileEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** The same, with a database that a control plane has made: a first start takes seconds. */
export async function makeUsedDataDir(): Promise<string> {
  const dataDir = await makeFolder();
  await copyDataDir(inject('usedDataDir'), dataDir);
  return dataDir;
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  return () => text;
}

function ended(child: ChildProcess): Promise<Exit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  // Not 'exit': by 'close' all that it wrote has arrived as well.
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
