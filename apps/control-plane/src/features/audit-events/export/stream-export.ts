import { DomainError } from '../../../domain-error.ts';
import type { RunningExport } from './running-exports.ts';

/** Some lines, and of how many events they are; none after a part of the log where nothing matches. */
export interface Chunk {
  readonly text: string;
  readonly events: number;
}

/** How an export ended, and what was handed over until then. */
export interface Ending {
  readonly outcome: 'complete' | 'client_left' | 'caller_refused' | 'server_stopped' | 'failed';
  readonly events: number;
  readonly bytes: number;
}

/** What HEAD is answered: nothing is handed over, so nothing is recorded either. */
export function emptyExport(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (parts) => parts.close() });
}

const encoder = new TextEncoder();

/**
 * Makes one chunk each time that one is asked for.
 * @param onEnd runs once, before a reader sees the end: an export whose end cannot be recorded fails
 */
export function streamExport(
  begun: RunningExport,
  chunks: AsyncGenerator<Chunk>,
  onEnd: (ending: Ending) => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let [events, bytes] = [0, 0];
  let ended: Promise<void> | undefined;
  const end = (outcome: Ending['outcome']) => {
    ended ??= onEnd({ outcome, events, bytes });
    return ended;
  };
  /** Undefined once nobody waits for them: a filter that nothing matches would look through all of the log. */
  const nextLines = async () => {
    while (!ended) {
      const next = await chunks.next();
      if (next.done || next.value.text !== '') return next;
    }
    return undefined;
  };
  return new ReadableStream(
    {
      start(parts) {
        begun.stop = async () => {
          parts.error(new Error('The server is stopping'));
          await end('server_stopped');
        };
      },
      async pull(parts) {
        const next = await nextLines().catch(async (error) => {
          await end('failed');
          throw error;
        });
        if (ended || !next) return;
        if (next.done) {
          await end('complete');
          parts.close();
          return;
        }
        const part = encoder.encode(next.value.text);
        events += next.value.events;
        bytes += part.length;
        parts.enqueue(part);
      },
      async cancel(reason) {
        void chunks.return(undefined);
        await end(outcomeOf(reason));
      },
    },
    { highWaterMark: 0 },
  );
}

/** A caller who is refused loses the rest by the refusal; a client that leaves says nothing. */
function outcomeOf(reason: unknown): Ending['outcome'] {
  return reason instanceof DomainError ? 'caller_refused' : 'client_left';
}
