import type { PolicyFinding } from '@tollkeeper/contract';

type Place = Omit<PolicyFinding, 'message'>;

interface TextPlaces {
  /** @param start in UTF-16 code units */
  readonly place: (start: number, end: number) => Place;
  /** The UTF-16 code unit where a byte of the text's UTF-8 stands. */
  readonly fromByte: (byte: number) => number;
}

/** Finds lines and columns in a text. Lines end as editors end them: at LF, CR LF, or CR. */
export function textPlaces(text: string): TextPlaces {
  const starts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((end) => end.index + end[0].length)];
  const position = (at: number) => {
    const line = starts.findLastIndex((start) => start <= at);
    return { line: line + 1, column: at - (starts[line] ?? 0) + 1 };
  };
  return {
    place: (start, end) => {
      const from = position(start);
      const to = position(Math.max(start, end));
      return { ...from, endLine: to.line, endColumn: to.column };
    },
    fromByte: (byte) => Buffer.from(text).subarray(0, byte).toString().length,
  };
}
