import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '@tollkeeper/gateway-core';
import { z } from 'zod';
import { tryLock } from './db/embedded/index.ts';

const schema = z.object({
  pid: z.number(),
  baseUrl: z.string(),
  dataDir: z.string(),
  /** Whether DATABASE_URL names the database. The URL itself is not recorded: it holds a password. */
  hasDatabaseUrl: z.boolean(),
});

/** A control plane of this user on this machine, as `tollkeeper admin` finds it. */
export type RunningServer = z.output<typeof schema>;

/** Where the running servers of a user are recorded (XDG base directories). */
export function runningServersFolder(
  env: Readonly<Record<string, string | undefined>>,
  homeFolder: string = homedir(),
): string {
  const given = env.XDG_STATE_HOME ?? '';
  const folder = isAbsolute(given) ? given : join(homeFolder, '.local/state');
  return join(folder, 'tollkeeper/servers');
}

/**
 * Records this process as a running server until the returned function is called. The record is
 * valid only while its lock is held, which the kernel releases however the process ends.
 * @throws when the folder cannot be written
 */
export async function recordRunningServer(
  folder: string,
  server: RunningServer,
): Promise<() => void> {
  await makeFolder(folder);
  const path = join(folder, randomUUID());
  const release = tryLock(`${path}.lock`);
  // Somebody who was looking for running servers came first, and will remove it.
  if (!release) return recordRunningServer(folder, server);
  writeFileSync(`${path}.json`, JSON.stringify(server), { mode: 0o600, flag: 'wx' });
  return () => {
    removeRecord(path);
    release();
  };
}

/** The servers that run now. Records of processes that were killed are removed. */
export function findRunningServers(folder: string): RunningServer[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => join(folder, name.slice(0, -'.lock'.length)))
    .flatMap((path) => {
      const release = tryLock(`${path}.lock`);
      if (!release) return readRecord(path);
      removeRecord(path);
      release();
      return [];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRecord(path: string): RunningServer[] {
  try {
    return [schema.parse(JSON.parse(readFileSync(`${path}.json`, 'utf8')))];
  } catch {
    // Just starting: its lock comes before its record.
    return [];
  }
}

function removeRecord(path: string): void {
  for (const suffix of ['.json', '.lock', '.lock-journal'])
    rmSync(`${path}${suffix}`, { force: true });
}
