import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** In a thread of its own; the same text gives the same bytes. */
export const gzipText: (text: string) => Promise<Buffer> = promisify(gzip);
