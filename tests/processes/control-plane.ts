/** Control planes as processes of their own, which tests start, signal and kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { SETUP_TOKEN } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../apps/control-plane/src/main.ts', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ControlPlane {
  readonly pid: number;
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and the end of the process. */
  stop(): Promise<Exit>;
}

export interface Settings {
  /** Made anew unless given. */
  readonly dataDir?: string;
  /** Of a shared server; without it the control plane runs the embedded one. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const children: ChildProcess[] = [];
const folders: string[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map(ended));
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A control plane that answers /readyz. */
export async function startControlPlane(settings: Settings = {}): Promise<ControlPlane> {
  const controlPlane = await spawnControlPlane(settings);
  await ready(controlPlane);
  return controlPlane;
}

/** A control plane whose process has just been started. */
export async function spawnControlPlane(settings: Settings = {}): Promise<ControlPlane> {
  const dataDir = settings.dataDir ?? (await makeFolder());
  const port = String(await freePort());
  const child = spawn(process.execPath, [MAIN], {
    env: { ...environment(dataDir, settings.databaseUrl), PORT: port, ...settings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const exited = ended(child);
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid: child.pid ?? 0,
    baseUrl: `http://127.0.0.1:${port}`,
    dataDir,
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

/** The whole environment of a control plane or an operator command: nothing of the test's own. */
export function environment(dataDir: string, databaseUrl?: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    TOLLKEEPER_DATA_DIR: dataDir,
    TOLLKEEPER_SECRET: 'a secret that signs the sessions of tests',
    TOLLKEEPER_SETUP_TOKEN: SETUP_TOKEN,
    LOG_LEVEL: 'debug',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
}

export async function ready(controlPlane: ControlPlane): Promise<void> {
  let exit: Exit | undefined;
  void controlPlane.exited.then((given) => {
    exit = given;
  });
  const attempt = async () => exit !== undefined || (await isReady(controlPlane));
  await until('ready', attempt, 60_000).catch(() => undefined);
  if (!(await isReady(controlPlane))) {
    throw new Error(`Not ready: ${controlPlane.stderr()}${controlPlane.stdout()}`);
  }
}

export async function isReady({ baseUrl }: ControlPlane): Promise<boolean> {
  const signal = AbortSignal.timeout(5000);
  const answer = await fetch(`${baseUrl}/readyz`, { signal }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

/** A folder that goes when the test file ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-process-'));
  folders.push(folder);
  return folder;
}

export function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  return () => text;
}

export function ended(child: ChildProcess): Promise<Exit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  // Not 'exit': by 'close' all that it wrote has arrived as well.
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
