/** Remainders of the reflected IEEE 802.3 polynomial, by byte. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/** CRC-32 (IEEE 802.3), as a signed word: `>>> 0` makes the usual number of it. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (REMAINDERS[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return ~crc;
}

/**
 * What one byte changes in the CRC-32 of a text of so many zeros. A CRC is linear: that of any text
 * is the CRC of the zeros and the changes of all its bytes, XORed. So it can be put together from
 * tables, without waiting at each byte for the one before.
 */
export function crc32Change(length: number, position: number, byte: number): number {
  const bytes = new Uint8Array(length);
  const zeros = crc32(bytes);
  bytes[position] = byte;
  return crc32(bytes) ^ zeros;
}
