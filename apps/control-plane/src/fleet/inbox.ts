import type { RawData, WebSocket } from 'ws';

/** The messages of a socket, from the first moment: none is lost before somebody reads them. */
export interface Inbox {
  /**
   * The first message, after which the socket rests until `open`. Undefined when none came in
   * time, or more bytes than a first message may have, or the connection ended.
   */
  readonly first: Promise<string | undefined>;
  /** Hands over what came since, and all that comes. */
  open(reader: Reader): void;
}

/** Undefined stands for what is no text. */
type Reader = (text: string | undefined) => void;

/** A socket, as far as its bytes are counted. */
export interface ByteStream {
  readonly bytesRead: number;
  on(event: 'data', listener: () => void): void;
  off(event: 'data', listener: () => void): void;
}

/** @param stream what the socket reads from; its bytes are counted, whatever frames they make */
export function createInbox(
  socket: WebSocket,
  stream: ByteStream,
  limits: { readonly bytesMax: number; readonly timeoutMs: number },
): Inbox {
  const kept: (string | undefined)[] = [];
  const keep: Reader = (text) => {
    kept.push(text);
  };
  const { promise: first, resolve } = Promise.withResolvers<string | undefined>();
  const bytesBefore = stream.bytesRead;
  const giveUp = () => settle(undefined);
  const count = () => {
    if (stream.bytesRead - bytesBefore > limits.bytesMax) giveUp();
  };
  function settle(text: string | undefined): void {
    clearTimeout(timer);
    stream.off('data', count);
    socket.off('close', giveUp);
    receive = keep;
    socket.pause();
    resolve(text);
  }
  let receive: Reader = settle;
  const timer = setTimeout(giveUp, limits.timeoutMs);
  stream.on('data', count);
  socket.on('close', giveUp);
  socket.on('message', (data, isBinary) => receive(isBinary ? undefined : textOf(data)));
  return {
    first,
    open(reader) {
      receive = reader;
      for (const text of kept.splice(0)) reader(text);
      socket.resume();
    },
  };
}

function textOf(data: RawData): string {
  return Array.isArray(data)
    ? Buffer.concat(data).toString()
    : Buffer.from(data as Buffer).toString();
}
