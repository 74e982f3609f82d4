import type { StreamAnswer } from '@tollkeeper/contract';

export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * An answer that arrives while the server makes it. It can be read once, as its parts or as `bytes`.
 * A reader that stops (`break`) closes the connection, and the server stops as well; a connection
 * that breaks, or that the server ends early, throws, so that no part is taken for the whole.
 */
export interface AnswerStream<T> extends AsyncIterable<T> {
  /** The answer as it was sent. */
  readonly bytes: ReadableStream<Bytes>;
}

/** Parses each line of JSON by its schema. */
export function streamLines(
  bytes: ReadableStream<Bytes>,
  schema: NonNullable<StreamAnswer['line']>,
): AnswerStream<unknown> {
  return {
    bytes,
    async *[Symbol.asyncIterator]() {
      for await (const line of readLines(bytes)) yield schema.parse(JSON.parse(line));
    },
  };
}

export function streamBytes(bytes: ReadableStream<Bytes>): AnswerStream<Bytes> {
  return { bytes, [Symbol.asyncIterator]: () => readParts(bytes) };
}

/** Browsers do not let all streams be iterated themselves. */
async function* readParts(bytes: ReadableStream<Bytes>): AsyncGenerator<Bytes> {
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Does nothing to a stream that has ended.
    await reader.cancel().catch(() => undefined);
  }
}

async function* readLines(bytes: ReadableStream<Bytes>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of readParts(bytes)) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
