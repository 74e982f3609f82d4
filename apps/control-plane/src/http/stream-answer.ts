import { type StreamAnswer, streamFormat } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Part = Uint8Array<ArrayBuffer>;
type Check = (request: FastifyRequest) => Promise<void>;

/** How long a client may take to read a part, in milliseconds, before its connection is closed. */
const STALLED_MS = 60_000;

/** Sends what the handler of such a route answers, once there is a stream. */
export async function sendStream(
  reply: FastifyReply,
  declared: StreamAnswer,
  query: unknown,
  answer: unknown,
): Promise<unknown> {
  const stream = await answer;
  const { contentType, fileName } = streamFormat(declared, query);
  reply.header('content-type', contentType);
  if (fileName) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  return stream;
}

/**
 * Runs a check before the first byte of a stream and again before each part, since a stream may take
 * hours. Where the first check throws, nothing is sent; where a later one does, the connection ends
 * before the stream does, so that nobody takes a part for the whole.
 */
export function confirmStream(check: Check, stalledMs = STALLED_MS) {
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (!(payload instanceof ReadableStream)) return payload;
    try {
      await check(request);
    } catch (error) {
      reply.removeHeader('content-disposition');
      await payload.cancel(error);
      throw error;
    }
    const close = () => reply.raw.destroy();
    return confirmParts(payload, () => check(request), stalledMs, close);
  };
}

/** Asks for a part only once the client has taken the one before, and holds none meanwhile. */
function confirmParts(
  stream: ReadableStream<Part>,
  check: () => Promise<void>,
  stalledMs: number,
  close: () => void,
): ReadableStream<Part> {
  const reader = stream.getReader();
  let stalled: NodeJS.Timeout | undefined;
  // Where the stream fails while a client takes a part, nobody asks for the next one yet.
  reader.closed.catch(() => {
    if (stalled) close();
  });
  const stop = async (reason: unknown) => {
    clearTimeout(stalled);
    await reader.cancel(reason);
  };
  return new ReadableStream<Part>(
    {
      async pull(parts) {
        clearTimeout(stalled);
        stalled = undefined;
        const { done, value } = await reader.read();
        try {
          await check();
        } catch (error) {
          await stop(error);
          throw error;
        }
        if (done) return parts.close();
        parts.enqueue(value);
        stalled = setTimeout(() => {
          void stop(new Error('The client stopped reading')).then(close);
        }, stalledMs);
      },
      cancel: stop,
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
}
