import type { Clock } from '../clock.ts';
import { createBackoff } from './backoff.ts';
import type { Socket, SocketEvents } from './open-socket.ts';

/** A connection that is made anew whenever it ends. */
export interface Connection {
  /** Ends it for good; resolves when nothing of it runs any more. */
  close(why: string): Promise<void>;
}

export interface ConnectionOptions {
  /** Opens one; its `closed` must come in the end, also when it could not be opened. */
  readonly open: (events: (socket: Socket) => SocketEvents) => Socket;
  /** What to do on each. */
  readonly session: (socket: Socket) => SocketEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

/** After so long, in milliseconds, a connection counts as stable, and the next try is quick again. */
const STABLE_MS = 10_000;

/** @param options the first try is made at once */
export function keepConnected(options: ConnectionOptions): Connection {
  const { open, session, clock, random } = options;
  const backoff = createBackoff(random);
  let isOver = false;
  let socket: Socket | undefined;
  let cancel = () => {};
  const over = Promise.withResolvers<void>();

  function connect(): void {
    const startedAtMs = clock.monotonicMs();
    socket = open((opened) => {
      const events = session(opened);
      return {
        message: events.message,
        async closed(why) {
          await events.closed(why);
          socket = undefined;
          if (isOver) return over.resolve();
          if (clock.monotonicMs() - startedAtMs >= STABLE_MS) backoff.reset();
          cancel = clock.after(backoff.next(), connect);
        },
      };
    });
  }

  connect();
  return {
    close(why) {
      isOver = true;
      cancel();
      if (socket) socket.close(why);
      else over.resolve();
      return over.promise;
    },
  };
}
