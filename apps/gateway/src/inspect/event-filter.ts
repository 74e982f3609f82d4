import { filterTools, type MayCall } from './tool-list.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const LINE_END = /\r\n|\r|\n/;
const DATA = /^data(?::|$) ?/;

/** Takes tools out of the messages of a stream of events (HTML, "Server-sent events"), one event after the other. */
export class EventFilter {
  readonly #mayCall: MayCall;
  readonly #bytesMax: number;
  /** Of the event that is not complete. */
  #parts: Buffer[] = [];
  #bytes = 0;
  #isLineEmpty = true;
  #isAfterReturn = false;

  /** @param bytesMax of an event that is waited for */
  constructor(mayCall: MayCall, bytesMax: number) {
    this.#mayCall = mayCall;
    this.#bytesMax = bytesMax;
  }

  /** The events that are complete by now; undefined once too much of one is waited for. */
  add(part: Buffer): Buffer[] | undefined {
    const complete: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < part.length; at++) {
      if (!this.#endsEvent(part[at])) continue;
      this.#keep(part.subarray(start, at + 1));
      complete.push(this.rest());
      start = at + 1;
    }
    this.#keep(part.subarray(start));
    return this.#bytes > this.#bytesMax ? undefined : complete;
  }

  /** What is left when the stream ends. */
  rest(): Buffer {
    const event = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return this.#filter(event);
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** By a line without anything. The two characters of one end of a line may come apart. */
  #endsEvent(code: number | undefined): boolean {
    const isSecond = code === LINE_FEED && this.#isAfterReturn;
    this.#isAfterReturn = code === CARRIAGE_RETURN;
    if (isSecond) return false;
    const isEnd = code === LINE_FEED || code === CARRIAGE_RETURN;
    const isBlank = isEnd && this.#isLineEmpty;
    this.#isLineEmpty = isEnd;
    return isBlank;
  }

  #filter(event: Buffer): Buffer {
    const lines = event
      .toString()
      .replace(/^\ufeff/, '')
      .split(LINE_END);
    const data = lines.filter((line) => DATA.test(line)).map((line) => line.replace(DATA, ''));
    const filtered = filterMessage(data.join('\n'), this.#mayCall);
    if (filtered === undefined) return event;
    const others = lines.filter((line) => line !== '' && !DATA.test(line));
    return Buffer.from([...others, `data: ${filtered}`, '', ''].join('\n'));
  }
}

/**
 * Undefined also for what is no message: its reader cannot take it for a list. What is nested too deep
 * to be written again is left out, since it may be one.
 */
function filterMessage(data: string, mayCall: MayCall): string | undefined {
  try {
    return filterTools(data, mayCall);
  } catch (error) {
    return error instanceof SyntaxError ? undefined : '';
  }
}
