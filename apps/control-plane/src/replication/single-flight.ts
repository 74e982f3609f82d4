export interface SingleFlight {
  /**
   * Runs the work, unless it is running. A call during a run gets the next one, which all such calls
   * share and which begins after them, so that it sees what its callers saw.
   */
  run(): Promise<void>;
  /** Resolves when nothing runs, or is about to. Never rejects. */
  idle(): Promise<void>;
}

/** Work of which one run at a time is enough. */
export function createSingleFlight(work: () => Promise<void>): SingleFlight {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function run(): Promise<void> {
    if (!running) {
      running = work().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  }

  return {
    run,
    async idle() {
      await next?.catch(() => undefined);
      await running?.catch(() => undefined);
    },
  };
}
