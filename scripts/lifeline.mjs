/** Preloaded into a child: ends it, gracefully, when the process that started it is gone. */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

// Threads preload it too, but the process has only one.
if (isMainThread) {
  const lifeline = new Socket({ fd: Number(process.env.TOLLKEEPER_LIFELINE) });
  delete process.env.TOLLKEEPER_LIFELINE;
  lifeline.once('close', () => process.kill(process.pid, 'SIGTERM'));
  lifeline.on('error', () => lifeline.destroy());
  lifeline.resume();
  lifeline.unref();
}
