import { isUtf8 } from 'node:buffer';
import { malformed } from './part-format.ts';

/** Reads bytes in order, and throws PartError rather than read past the end. */
export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

/** Seven bytes hold 49 bits, so that an eighth completes all of a safe integer. */
const FACTOR_MAX = 2 ** 49;

export function createByteReader(bytes: Uint8Array): ByteReader {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
}

export function isAtEnd(reader: ByteReader): boolean {
  return reader.at >= reader.bytes.length;
}

export function readByte(reader: ByteReader): number {
  const byte = reader.bytes[reader.at];
  if (byte === undefined) throw malformed('The part ends in the middle of an entry');
  reader.at++;
  return byte;
}

/** @param max the largest that is right, at most 2^53 - 1 */
export function readNumber(reader: ByteReader, max: number): number {
  let number = 0;
  for (let factor = 1; factor <= FACTOR_MAX; factor *= 128) {
    const byte = readByte(reader);
    number += (byte & 127) * factor;
    if (byte > 127) continue;
    if (number <= max) return number;
    break;
  }
  throw malformed(`A number is larger than ${max}, which is the most here`);
}

/** A view of the next bytes. */
export function readBytes(reader: ByteReader, count: number): Buffer {
  const end = skipBytes(reader, count);
  return reader.bytes.subarray(end - count, end);
}

/** The next bytes as text of a character each. */
export function readLatin1(reader: ByteReader, count: number): string {
  const end = skipBytes(reader, count);
  return reader.bytes.toString('latin1', end - count, end);
}

/** The next bytes as the UTF-8 text that they must be. */
export function readText(reader: ByteReader, count: number): string {
  const start = reader.at;
  const end = skipBytes(reader, count);
  if (isAscii(reader.bytes, start, end)) return reader.bytes.toString('latin1', start, end);
  if (!isUtf8(reader.bytes.subarray(start, end))) throw malformed('A text is not UTF-8');
  return reader.bytes.toString('utf8', start, end);
}

function skipBytes(reader: ByteReader, count: number): number {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw malformed('The part ends in the middle of an entry');
  reader.at = end;
  return end;
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 127) return false;
  return true;
}
