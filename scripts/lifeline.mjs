/** Preloaded into a child: ends it, gracefully, when the process that started it is gone. */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const { TOLLKEEPER_LIFELINE: descriptor } = process.env;

// Threads preload it too, and processes that the child forks, but only the child has one.
if (isMainThread && descriptor !== undefined) {
  const lifeline = new Socket({ fd: Number(descriptor) });
  delete process.env.TOLLKEEPER_LIFELINE;
  lifeline.once('close', () => process.kill(process.pid, 'SIGTERM'));
  lifeline.on('error', () => lifeline.destroy());
  lifeline.resume();
  lifeline.unref();
}
