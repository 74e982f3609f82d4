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
