import { isUtf8 } from 'node:buffer';
import { isBase62, KEY_ID_BYTES, malformed, NAME_LENGTH_MAX, requireName } from './part-format.ts';

/** Reads bytes in order, and throws PartError rather than read past the end. */
export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

/** Seven bytes hold 49 bits, so that an eighth completes all of a safe integer. */
const FACTOR_MAX = 2 ** 49;

const KEY_ID_HEAD = Buffer.from('key_');
/** 1 for each byte that an id may have behind its head. */
const BASE62 = Uint8Array.from({ length: 256 }, (_, byte) => (isBase62(byte) ? 1 : 0));

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
  // Most numbers are small, and a snapshot has ten million of them.
  const first = reader.bytes[reader.at] ?? 128;
  if (first <= 127 && first <= max) {
    reader.at++;
    return first;
  }
  return readLongNumber(reader, max);
}

function readLongNumber(reader: ByteReader, max: number): number {
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

/** @returns where the id is */
export function skipKeyId(reader: ByteReader): number {
  const end = skipBytes(reader, KEY_ID_BYTES);
  const start = end - KEY_ID_BYTES;
  for (let at = start; at < end; at++) {
    const byte = reader.bytes[at] ?? 0;
    const head = KEY_ID_HEAD[at - start];
    if (head === undefined ? BASE62[byte] === 0 : byte !== head) {
      throw malformed('A key has an id that is none');
    }
  }
  return start;
}

/** @returns where the name is */
export function skipName(reader: ByteReader, count: number): number {
  const end = skipBytes(reader, count);
  const start = end - count;
  if (count > NAME_LENGTH_MAX || !isPrintable(reader.bytes, start, end)) {
    requireName(textAt(reader.bytes, start, end));
  }
  return start;
}

/** The next bytes as the UTF-8 text that they must be. */
export function readText(reader: ByteReader, count: number): string {
  const end = skipBytes(reader, count);
  return textAt(reader.bytes, end - count, end);
}

/** @returns where they end */
export function skipBytes(reader: ByteReader, count: number): number {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw malformed('The part ends in the middle of an entry');
  reader.at = end;
  return end;
}

function textAt(bytes: Buffer, start: number, end: number): string {
  if (!isUtf8(bytes.subarray(start, end))) throw malformed('A text is not UTF-8');
  return bytes.toString('utf8', start, end);
}

/** At least one, and all of them visible ASCII or a space. */
export function isPrintable(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 32 || byte > 126) return false;
  }
  return end > start;
}

/** Bytes that grow as they are written. */
export interface ByteWriter {
  bytes: Buffer;
  length: number;
}

const BYTES_MIN = 256;
const NUMBER_BYTES_MAX = 8;

export function createByteWriter(): ByteWriter {
  return { bytes: Buffer.alloc(BYTES_MIN), length: 0 };
}

export function writtenBytes(writer: ByteWriter): Buffer {
  return writer.bytes.subarray(0, writer.length);
}

export function writeByte(writer: ByteWriter, byte: number): void {
  makeRoom(writer, 1);
  writer.bytes[writer.length++] = byte;
}

/** @param number a whole one, from 0 to 2^53 */
export function writeNumber(writer: ByteWriter, number: number): void {
  makeRoom(writer, NUMBER_BYTES_MAX);
  let rest = number;
  while (rest > 127) {
    writer.bytes[writer.length++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  writer.bytes[writer.length++] = rest;
}

export function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  makeRoom(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

/** In UTF-8, without its length. */
export function writeText(writer: ByteWriter, text: string): void {
  makeRoom(writer, text.length * 3);
  writer.length += writer.bytes.write(text, writer.length);
}

function makeRoom(writer: ByteWriter, count: number): void {
  const needed = writer.length + count;
  if (needed <= writer.bytes.length) return;
  const grown = Buffer.alloc(Math.max(needed, writer.bytes.length * 2));
  grown.set(writtenBytes(writer));
  writer.bytes = grown;
}
