import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A server under measurement, in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to its first answer that says it is ready. */
  readonly startMs: number;
  /** Processor time of the process and its children until then; undefined outside Linux. */
  readonly startCpuMs: number | undefined;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const POLL_MS = 5;
const START_MS_MAX = 60_000;
const CORES = availableParallelism();

/** The servers share this core, the load generator has the next: neither takes time from the other. */
export const SERVER_CORES = '0';
export const LOAD_CORES = '1';
export const ALL_CORES = `0-${CORES - 1}`;

/** Starts Node on the file, with PORT in its environment, and waits until the path answers 200. */
export function startServer(
  file: string,
  readyPath: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return startProgram(process.execPath, () => [file], { path: readyPath }, env);
}

/** What a server answers with 200 once it can serve. */
interface Ready {
  readonly path: string;
  /** Where it is asked; the port that it serves on, unless said otherwise. */
  readonly port?: number;
}

/**
 * Starts the program on a free port, and waits until it is ready.
 * @param argsOf its arguments, once the port is known
 */
export async function startProgram(
  program: string,
  argsOf: (port: number) => readonly string[],
  ready: Ready,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const port = await findFreePort();
  const startedAt = performance.now();
  const child = spawn(program, argsOf(port), {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...inherited(), PORT: String(port), HOST: '127.0.0.1', ...env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  await untilReady(child, `http://127.0.0.1:${ready.port ?? port}${ready.path}`);
  const startMs = performance.now() - startedAt;
  return {
    pid: child.pid ?? 0,
    port,
    startMs,
    startCpuMs: cpuMsOfTree(child.pid ?? 0),
    stop: () => stop(child),
  };
}

/** What `npm start` sets up for the product, the baselines get as well. */
function inherited(): Record<string, string | undefined> {
  const { PATH, GLIBC_TUNABLES, NODE_COMPILE_CACHE } = process.env;
  return { PATH, GLIBC_TUNABLES, NODE_COMPILE_CACHE };
}

const running = new Set<ChildProcess>();

/** For an end before the time: a control plane takes its database along only when it may end itself. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`A server ended with code ${child.exitCode}`);
    const ready = await fetch(url).then(
      async (response) => response.text().then(() => response.ok),
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`Nothing was ready at ${url} within ${START_MS_MAX} ms`);
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Where `taskset` is present; elsewhere the kernel places the process as it likes. */
export function pin(pid: number, cores: string): void {
  if (CORES > 1) spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)]);
}

/** Processor time that the process took until now, in milliseconds; undefined outside Linux. */
export function cpuMs(pid: number): number | undefined {
  return processTimes(pid)?.ownMs;
}

/** The same with that of its children and theirs, those that have ended included. */
function cpuMsOfTree(pid: number): number | undefined {
  const times = processTimes(pid);
  if (!times) return undefined;
  const living = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const sums = living
    .filter((each) => processTimes(each)?.parent === pid)
    .map((child) => cpuMsOfTree(child) ?? 0);
  return sums.reduce((sum, each) => sum + each, times.ownMs + times.reapedMs);
}

/** Fields 4 and 14 to 17 of /proc/<pid>/stat (proc(5)), in milliseconds of ten to a tick. */
function processTimes(pid: number) {
  const text = readProc(pid, 'stat');
  if (text === undefined) return undefined;
  // The name in parentheses may hold spaces.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = [
    fields[1],
    ...fields.slice(11, 15),
  ];
  return { parent, ownMs: (user + system) * 10, reapedMs: (reapedUser + reapedSystem) * 10 };
}

/** Resident memory in bytes; undefined outside Linux. */
export function residentBytes(pid: number): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '');
  return match ? Number(match[1]) * 1024 : undefined;
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
