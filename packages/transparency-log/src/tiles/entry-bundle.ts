/** Entry bundles (C2SP tlog-tiles): each entry after its length, in two bytes. */

const LENGTH_BYTES = 2;
const ENTRY_BYTES_MAX = 0xffff;

/** @throws RangeError for an entry of more than 65,535 bytes */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const parts = entries.flatMap((entry) => {
    if (entry.length > ENTRY_BYTES_MAX) {
      throw new RangeError(`An entry has ${entry.length} bytes, more than a bundle can hold`);
    }
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt16BE(entry.length);
    return [length, entry];
  });
  return Buffer.concat(parts);
}

/** @throws RangeError for a bundle that ends within an entry */
export function decodeBundle(bundle: Uint8Array): Buffer[] {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.length ? start + bytes.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new RangeError('The entry bundle ends within an entry');
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  return entries;
}
