/** Fewer would make the lines of the axis crowd. */
const TOP_MIN = 4;

/**
 * Where an axis of counts ends, at or above the most that it shows: at two digits that matter, the
 * second of them even.
 */
export function axisTop(most: number): number {
  const digits = Math.floor(Math.log10(Math.max(most, 1)));
  const step = Math.max(2, 2 * 10 ** (digits - 1));
  return Math.max(TOP_MIN, Math.ceil(most / step) * step);
}
