import { setTimeout as delay } from 'node:timers/promises';

/** Requests one after another, from several clients at once, until stopped. */
export interface Traffic {
  /** How many were answered so far, by status. */
  readonly answered: Map<number, number>;
  /** When the latest answer came, as performance.now() tells. */
  latestAt(): number;
  /** Lets the requests under way end. */
  stop(): Promise<void>;
}

/**
 * @param send makes one request and returns its status; what it throws counts as no answer
 * @param pauseMs of a client before each request. Without a pause the clients take all of the processor
 *   that they can get, from what is under test and from other tests.
 */
export function startTraffic(clients: number, send: () => Promise<number>, pauseMs = 0): Traffic {
  const answered = new Map<number, number>();
  let stopped = false;
  let latestAt = 0;
  async function run() {
    while (!stopped) {
      if (pauseMs > 0) await delay(pauseMs);
      const status = await send().catch(() => undefined);
      if (status === undefined) await turn();
      else {
        answered.set(status, (answered.get(status) ?? 0) + 1);
        latestAt = performance.now();
      }
    }
  }
  const running = Promise.all(Array.from({ length: clients }, run));
  return {
    answered,
    latestAt: () => latestAt,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** A server that is gone refuses at once: the others must get their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
