import fc from 'fast-check';

/** For tests: what disks, networks and attackers do to bytes. Places are fractions of the length. */
type Damage = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const range = fc
  .tuple(place, place)
  .map(([left, right]) => [Math.min(left, right), Math.max(left, right)] as const);
const few = fc.uint8Array({ minLength: 1, maxLength: 9 });

function cut(bytes: Buffer, from: number, to: number): Buffer {
  return bytes.subarray(Math.floor(from * bytes.length), Math.ceil(to * bytes.length));
}

function flip(at: number, bit: number): Damage {
  return (bytes) => {
    const flipped = Buffer.from(bytes);
    const position = Math.floor(at * bytes.length);
    if (position < bytes.length) flipped[position] = (flipped[position] ?? 0) ^ (1 << bit);
    return flipped;
  };
}

/** @param others whole ones, of which pieces may get into it */
export function damages(others: readonly Uint8Array[]): fc.Arbitrary<Damage> {
  const other = fc.constantFrom(...others).map((bytes) => Buffer.from(bytes));
  const one: fc.Arbitrary<Damage> = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(place, fc.nat(7)).map(([at, bit]) => flip(at, bit)) },
    place.map((at) => (bytes: Buffer) => cut(bytes, 0, at)),
    place.map((at) => (bytes: Buffer) => cut(bytes, at, 1)),
    range.map(
      ([from, to]) =>
        (bytes: Buffer) =>
          Buffer.concat([cut(bytes, 0, from), cut(bytes, to, 1)]),
    ),
    fc.tuple(place, few).map(
      ([at, more]) =>
        (bytes: Buffer) =>
          Buffer.concat([cut(bytes, 0, at), more, cut(bytes, at, 1)]),
    ),
    fc.tuple(place, few).map(([at, more]) => (bytes: Buffer) => {
      const start = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, start), more, bytes.subarray(start + more.length)]);
    }),
    range.map(([from, to]) => (bytes: Buffer) => {
      return Buffer.concat([cut(bytes, from, 1), cut(bytes, from, to), cut(bytes, 0, from)]);
    }),
    fc.tuple(place, place, other).map(
      ([at, from, piece]) =>
        (bytes: Buffer) =>
          Buffer.concat([cut(bytes, 0, at), cut(piece, from, 1)]),
    ),
  );
  return fc
    .array(one, { minLength: 1, maxLength: 3 })
    .map((steps) => (bytes) => steps.reduce((damaged, step) => step(damaged), bytes));
}
