import { type ExportFormat, exportCursor, isBeforeEvents } from '@tollkeeper/contract';
import type { Sink } from './open-sink.ts';

/** What has come of an export, and is written. */
export interface ExportPlace {
  readonly bytes: number;
  /** Where the server goes on; undefined as long as it begins again. */
  readonly cursor: string | undefined;
}

export type LineWriter = ReturnType<typeof createLineWriter>;

const NEWLINE = 10;
const decoder = new TextDecoder();

/** Hands over lines up to a whole event alone, so that an export that breaks off can go on after them. */
export function createLineWriter(sink: Sink, format: ExportFormat) {
  let place: ExportPlace = { bytes: 0, cursor: undefined };
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  let first: string | undefined;

  async function hand(part: Uint8Array<ArrayBuffer>, cursor = place.cursor): Promise<void> {
    await sink.write(part);
    place = { bytes: place.bytes + part.byteLength, cursor };
  }

  return {
    place: () => place,
    async write(part: Uint8Array<ArrayBuffer>): Promise<void> {
      rest = joined(rest, part);
      const { end, last } = findLastEvent(rest);
      if (end === 0) return;
      first ??= decoder.decode(rest.subarray(0, rest.indexOf(NEWLINE)));
      const cursor = exportCursor(first, last, format);
      if (cursor === undefined) return;
      const whole = rest.subarray(0, end);
      rest = rest.slice(end);
      await hand(whole, cursor);
    },
    /** Forgets what comes again: all after the last event. */
    breakOff(): void {
      rest = new Uint8Array();
      if (place.cursor === undefined) first = undefined;
    },
    async close(): Promise<void> {
      if (rest.byteLength > 0) await hand(rest);
      await sink.close();
    },
    abort: () => sink.abort(),
  };
}

/** The last whole line that is not the proof of later ones, and where it ends; an end of 0 without one. */
function findLastEvent(bytes: Uint8Array<ArrayBuffer>): { end: number; last: string } {
  let newline = bytes.lastIndexOf(NEWLINE);
  while (newline !== -1) {
    const before = newline === 0 ? -1 : bytes.lastIndexOf(NEWLINE, newline - 1);
    const last = decoder.decode(bytes.subarray(before + 1, newline));
    if (!isBeforeEvents(last)) return { end: newline + 1, last };
    newline = before;
  }
  return { end: 0, last: '' };
}

function joined(
  before: Uint8Array<ArrayBuffer>,
  part: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (before.byteLength === 0) return part;
  const all = new Uint8Array(before.byteLength + part.byteLength);
  all.set(before);
  all.set(part, before.byteLength);
  return all;
}
