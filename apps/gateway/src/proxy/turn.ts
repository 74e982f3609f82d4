/** What waits for its call to be in the spool. */
export interface Held {
  release(): void;
  fail(error: unknown): void;
}

/**
 * Holds everything that was decided in one turn of the event loop, so that one write puts all of
 * its counts into the spool before anything of it goes on: to the upstream, or back to the client.
 */
export function createTurn(writeCounts: () => void): (held: Held) => void {
  let waiting: Held[] = [];
  const flush = () => {
    const released = waiting;
    waiting = [];
    try {
      writeCounts();
    } catch (error) {
      for (const each of released) each.fail(error);
      return;
    }
    for (const each of released) each.release();
  };
  return (held) => {
    if (waiting.push(held) === 1) setImmediate(flush);
  };
}
