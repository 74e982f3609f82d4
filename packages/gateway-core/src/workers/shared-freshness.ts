import type { Freshness } from '../sync/index.ts';
import type { Worker, Workers } from './workers.ts';

export interface SharedFreshness extends Freshness {
  /** For one that starts. */
  tell(worker: Worker): void;
}

/** Passes every confirmation on. A worker that misses one is older than it could be: it refuses. */
export function createSharedFreshness(own: Freshness, workers: Workers): SharedFreshness {
  function tell(worker: Worker): void {
    void worker.ask({ type: 'fresh', confirmed: own.state(), ageMs: own.ageMs() });
  }
  const tellAll = () => workers.all().forEach(tell);
  return {
    ...own,
    tell,
    confirm(askedAt) {
      own.confirm(askedAt);
      tellAll();
    },
    restore(confirmed) {
      own.restore(confirmed);
      tellAll();
    },
    clear() {
      own.clear();
      tellAll();
    },
  };
}
