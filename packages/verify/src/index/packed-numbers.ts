/**
 * Up to six numbers of 10 bits, or a single one of 32, in at most 8 bytes. Their form, of 3 bits, is
 * stored elsewhere by the owner of the bytes.
 */
export interface PackedNumbers {
  /** How many numbers there are, or SINGLE. */
  form: number;
  /** Those behind the form's count mean nothing. */
  readonly numbers: Int32Array;
}

/** The form of a single number of 32 bits. */
export const SINGLE = 7;
export const FORM_MASK = 7;
export const PACKED_NUMBERS_MAX = 6;
export const PACKED_NUMBER_MAX = 1023;

const NUMBER_BITS = 10;
const SINGLE_BYTES = 4;

export function createPackedNumbers(): PackedNumbers {
  return { form: 0, numbers: new Int32Array(PACKED_NUMBERS_MAX) };
}

export function packedBytes(form: number): number {
  return form === SINGLE ? SINGLE_BYTES : (form * NUMBER_BITS + 7) >>> 3;
}

export function writePacked(chunk: Buffer, start: number, { form, numbers }: PackedNumbers): void {
  if (form === SINGLE) {
    chunk.writeInt32LE(numbers[0] ?? 0, start);
    return;
  }
  chunk.fill(0, start, start + packedBytes(form));
  for (let i = 0; i < form; i++) {
    const bit = i * NUMBER_BITS;
    const at = start + (bit >>> 3);
    const bits = (numbers[i] ?? 0) << (bit & 7);
    chunk[at] = (chunk[at] ?? 0) | (bits & 0xff);
    chunk[at + 1] = (chunk[at + 1] ?? 0) | (bits >>> 8);
  }
}

/** Reads the bytes of that form into the numbers that are given. */
export function readPacked(chunk: Buffer, start: number, form: number, into: PackedNumbers): void {
  into.form = form;
  if (form === SINGLE) {
    into.numbers[0] = chunk.readInt32LE(start);
    return;
  }
  for (let i = 0; i < form; i++) {
    const bit = i * NUMBER_BITS;
    const at = start + (bit >>> 3);
    const bits = (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8);
    into.numbers[i] = (bits >>> (bit & 7)) & PACKED_NUMBER_MAX;
  }
}
