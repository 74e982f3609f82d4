/** Remainders of the reflected IEEE 802.3 polynomial, by byte. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * CRC-32 (IEEE 802.3) of what came before and one byte more; 0 is the CRC of nothing. A signed word:
 * `>>> 0` makes the usual number of it. Byte by byte, so that a reader can check what it reads in
 * the same pass; node:zlib wants a copy and takes longer.
 */
export function extendCrc32(crc: number, byte: number): number {
  return ~((REMAINDERS[(~crc ^ byte) & 255] ?? 0) ^ (~crc >>> 8));
}
