import type { Freshness } from '../sync/index.ts';
import type { Worker, Workers } from './workers.ts';

export interface SharedFreshness extends Freshness {
  /** Sends the last confirmation to a worker that starts. */
  sendTo(worker: Worker): void;
}

/** Passes every confirmation on. A worker that misses one is older than it could be: it refuses. */
export function createSharedFreshness(own: Freshness, workers: Workers): SharedFreshness {
  function sendTo(worker: Worker): void {
    void worker.ask({ type: 'fresh', confirmed: own.state(), ageMs: own.ageMs() });
  }
  const sendToAll = () => workers.all().forEach(sendTo);
  return {
    ...own,
    sendTo,
    confirm(askedAt) {
      own.confirm(askedAt);
      sendToAll();
    },
    restore(confirmed) {
      own.restore(confirmed);
      sendToAll();
    },
    clear() {
      own.clear();
      sendToAll();
    },
  };
}
