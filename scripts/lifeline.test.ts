import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';

const PRELOADED = new URL('./lifeline.mjs', import.meta.url).href;

/** A process whose thread says that it runs, and which then waits. */
const PROGRAM = `
  import { Worker } from 'node:worker_threads';
  const code = 'import { parentPort } from "node:worker_threads"; parentPort.postMessage("runs");';
  const thread = new Worker(code, { eval: true });
  thread.on('error', (error) => console.log(error.message));
  thread.on('message', (message) => console.log(message));
  thread.on('exit', () => process.stdout.end());
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => undefined, 1000);
`;

it('lets threads run, and ends the process when the one that started it is gone', async () => {
  const args = ['--import', PRELOADED, '--input-type=module', '--eval', PROGRAM];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, TOLLKEEPER_LIFELINE: '3' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, output, , lifeline] = child.stdio;
  if (!output || !lifeline || !('end' in lifeline)) throw new Error('It has no pipes');
  expect(await text(output)).toBe('runs\n');

  const exited = once(child, 'exit');
  lifeline.destroy();
  expect(await exited).toEqual([7, null]);
});
