import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

const REDIS = process.env.REDIS_SERVER_PATH ?? 'redis-server';
/** What the server asks its clients for. */
export const PASSWORD = 'correct-horse';

/** A real Redis that holds nothing, until the test ends. */
export async function startRedis(port: number): Promise<ChildProcess> {
  const options = ['--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD];
  const server = spawn(REDIS, ['--port', String(port), ...options]);
  onTestFinished(() => stopRedis(server));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return server;
}

/** At once, as when its machine fails. */
export async function stopRedis(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}
