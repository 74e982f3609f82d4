import { isWellFormed, SECRET_PATTERN } from '@tollkeeper/sdk/secrets';

export interface FoundSecret {
  readonly secret: string;
  /** The first line is 1. */
  readonly line: number;
}

const SECRET_LENGTH = 46;
const EVERY_SECRET = new RegExp(SECRET_PATTERN, 'g');

/**
 * Finds each secret in bytes of any encoding and length, proved by its checksum. What lies between
 * the bytes of a character in UTF-16 is left out, so that its texts read as others do.
 */
export async function* findSecrets(chunks: AsyncIterable<Buffer>): AsyncGenerator<FoundSecret> {
  let tail = '';
  let line = 1;
  for await (const chunk of chunks) {
    const text = tail + chunk.toString('latin1').replaceAll('\0', '');
    let readTo = 0;
    for (const { 0: secret, index } of text.matchAll(EVERY_SECRET)) {
      line += countLines(text, readTo, index);
      readTo = index;
      if (isWellFormed(secret)) yield { secret, line };
    }
    // Too short for a whole secret, so that none is found twice.
    const tailAt = Math.max(readTo, text.length - SECRET_LENGTH + 1);
    line += countLines(text, readTo, tailAt);
    tail = text.slice(tailAt);
  }
}

function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
