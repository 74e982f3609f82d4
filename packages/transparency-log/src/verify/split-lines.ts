import { VerificationError } from './verification-error.ts';

/** Longer than any line of an export: an event has 65,535 bytes. */
const LINE_BYTES_MAX = 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines that end in each part of a file, so that a reader waits once for many of them.
 * @throws VerificationError for a line that is longer than those of an export
 */
export async function* splitLines(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let rest: Uint8Array = Buffer.alloc(0);
  for await (const part of parts) {
    const bytes = Buffer.concat([rest, part]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(lineOf(bytes, start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LINE_BYTES_MAX)
      throw new VerificationError('A line of the export is too long');
    yield lines;
  }
  if (rest.length > 0) yield [lineOf(Buffer.from(rest), 0, rest.length)];
}

function lineOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
}
