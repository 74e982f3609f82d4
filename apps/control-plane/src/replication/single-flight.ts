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

/**
 * Answers callers that ask at about the same time by one query, which begins after each of them asked,
 * so that no answer is older than its question.
 * @param ask finds the values of the names
 */
export function batch<T>(
  ask: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (name: string) => Promise<T | undefined> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { readonly names: Set<string>; readonly answer: Promise<ReadonlyMap<string, T>> };
  let isOpen = false;

  function begin(): void {
    const names = new Set<string>();
    const answer = last.then(() => {
      isOpen = false;
      return ask([...names]);
    });
    next = { names, answer };
    isOpen = true;
    last = answer.catch(() => undefined);
  }

  return async (name) => {
    if (!isOpen) begin();
    next.names.add(name);
    return (await next.answer).get(name);
  };
}
