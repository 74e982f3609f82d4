import fc from 'fast-check';

/** Of all code points, halves of pairs too. The unit `binary` of fast-check takes over a second to make. */
export const anyText = fc.string({
  unit: fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
});
