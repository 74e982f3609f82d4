/**
 * A set of up to six numbers of 10 bits, or a single number of 32, in at most 7 bytes behind a head.
 * Of the head, a byte, the lower two bits are the owner's. Two numbers take 19 bits rather than 20,
 * since their order says nothing: one of them, and how far the other is ahead of it, around 1,024.
 */
export interface PackedNumbers {
  /** How many numbers there are, or SINGLE. */
  form: number;
  /** No number twice, in any order. Those behind the form's count mean nothing. */
  readonly numbers: Int32Array;
}

/** The form of a single number of 32 bits. */
export const SINGLE = 7;
export const PACKED_NUMBERS_MAX = 6;
export const PACKED_NUMBER_MAX = 1023;

const FORM_SHIFT = 2;
const FORM_MASK = 7;
/** What the form leaves of the head holds the first bits. */
const FIRST_BIT = 5;
const NUMBER_BITS = 10;
/** Of the distance of a pair, from 1 to 512. */
const DISTANCE_BITS = 9;
const DISTANCE_MAX = 1 << DISTANCE_BITS;
const PAIR_BITS = NUMBER_BITS + DISTANCE_BITS;
const SINGLE_BYTES = 4;

export function createPackedNumbers(): PackedNumbers {
  return { form: 0, numbers: new Int32Array(PACKED_NUMBERS_MAX) };
}

/** Behind the head. */
export function packedBytes(form: number): number {
  if (form === SINGLE) return SINGLE_BYTES;
  const bits = FIRST_BIT + (form >>> 1) * PAIR_BITS + (form & 1) * NUMBER_BITS;
  return ((bits + 7) >>> 3) - 1;
}

export function packedForm(chunk: Buffer, head: number): number {
  return ((chunk[head] ?? 0) >>> FORM_SHIFT) & FORM_MASK;
}

/** @param ownBits what the owner keeps in the head */
export function writePacked(
  chunk: Buffer,
  head: number,
  ownBits: number,
  { form, numbers }: PackedNumbers,
): void {
  chunk.fill(0, head + 1, head + 1 + packedBytes(form));
  chunk[head] = ownBits | (form << FORM_SHIFT);
  if (form === SINGLE) {
    chunk.writeInt32LE(numbers[0] ?? 0, head + 1);
    return;
  }
  let bit = FIRST_BIT;
  for (let i = 0; i < form; i += 2, bit += PAIR_BITS) {
    const number = numbers[i] ?? 0;
    addBits(chunk, head, bit, i + 1 < form ? pairOf(number, numbers[i + 1] ?? 0) : number);
  }
}

/** Reads what stands behind the head into the numbers that are given. */
export function readPacked(chunk: Buffer, head: number, into: PackedNumbers): void {
  const form = packedForm(chunk, head);
  into.form = form;
  if (form === SINGLE) {
    into.numbers[0] = chunk.readInt32LE(head + 1);
    return;
  }
  let bit = FIRST_BIT;
  for (let i = 0; i < form; i += 2, bit += PAIR_BITS) {
    const bits = bitsAt(chunk, head, bit);
    const number = bits & PACKED_NUMBER_MAX;
    const distance = ((bits >>> NUMBER_BITS) & (DISTANCE_MAX - 1)) + 1;
    into.numbers[i] = number;
    into.numbers[i + 1] = (number + distance) & PACKED_NUMBER_MAX;
  }
}

function pairOf(left: number, right: number): number {
  const ahead = (right - left) & PACKED_NUMBER_MAX;
  return ahead <= DISTANCE_MAX
    ? left | ((ahead - 1) << NUMBER_BITS)
    : right | ((PACKED_NUMBER_MAX - ahead) << NUMBER_BITS);
}

/** Where zeros are. What they do not reach is left alone: it may be another's. */
function addBits(chunk: Buffer, head: number, bit: number, bits: number): void {
  let rest = bits << (bit & 7);
  for (let at = head + (bit >>> 3); rest !== 0; at++, rest >>>= 8) {
    chunk[at] = (chunk[at] ?? 0) | (rest & 0xff);
  }
}

/** The bits from there on, at least those of a pair. */
function bitsAt(chunk: Buffer, head: number, bit: number): number {
  const at = head + (bit >>> 3);
  const word =
    (chunk[at] ?? 0) |
    ((chunk[at + 1] ?? 0) << 8) |
    ((chunk[at + 2] ?? 0) << 16) |
    ((chunk[at + 3] ?? 0) << 24);
  return word >>> (bit & 7);
}
