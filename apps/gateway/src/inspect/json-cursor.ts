/** Deeper values are not read: parsers behind the gateway give up at different depths. */
export const DEPTH_MAX = 512;

/** Of the characters that JSON is made of. */
export const CODE = {
  ...{ tab: 9, lineFeed: 10, carriageReturn: 13, space: 32, quote: 34, comma: 44, minus: 45 },
  ...{ dot: 46, zero: 48, nine: 57, colon: 58, bracket: 91, backslash: 92, closingBracket: 93 },
  ...{ u: 117, brace: 123, closingBrace: 125 },
} as const;
const END = -1;
/** What may follow a backslash, beside `u`. */
const ESCAPED = new Set([...'"\\/bfnrt'].map((each) => each.charCodeAt(0)));
/** By their first character. */
export const LITERALS = new Map(
  (['true', 'false', 'null'] as const).map((text) => [text.charCodeAt(0), text]),
);

/** A place in bytes that should be JSON. Its methods answer whether what they go over is what they say. */
export class JsonCursor {
  /** Whether that is why a value was not gone over. */
  isTooDeep = false;
  readonly #bytes: Buffer;
  #at = 0;
  /** Of each value that is skipped and not closed yet: whether it is an object. */
  readonly #open: boolean[] = [];

  /** @param bytes in UTF-8 */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    this.skipSpace();
    return this.#at === this.#bytes.length;
  }

  /** Without a call for each level: a body may not exhaust the stack. */
  skipValue(): boolean {
    const open = this.#open;
    const bottom = open.length;
    for (;;) {
      const first = this.peek();
      if (first === CODE.brace || first === CODE.bracket) {
        const isObject = first === CODE.brace;
        this.#at++;
        this.skipSpace();
        if (!this.take(isObject ? CODE.closingBrace : CODE.closingBracket)) {
          if (open.push(isObject) > DEPTH_MAX) {
            this.isTooDeep = true;
            return false;
          }
          if (isObject && !this.#skipName()) return false;
          continue;
        }
      } else if (!this.#skipScalar(first)) return false;
      for (;;) {
        if (open.length === bottom) return true;
        const isObject = open.at(-1) === true;
        this.skipSpace();
        if (this.take(CODE.comma)) {
          this.skipSpace();
          if (isObject && !this.#skipName()) return false;
          break;
        }
        if (!this.take(isObject ? CODE.closingBrace : CODE.closingBracket)) return false;
        open.pop();
      }
    }
  }

  #skipName(): boolean {
    return this.#skipString() && this.skipColon();
  }

  /** With the spaces around it. */
  skipColon(): boolean {
    this.skipSpace();
    if (!this.take(CODE.colon)) return false;
    this.skipSpace();
    return true;
  }

  #skipScalar(first: number): boolean {
    if (first === CODE.quote) return this.#skipString();
    const literal = LITERALS.get(first);
    if (literal === undefined) return this.#skipNumber();
    const end = this.#at + literal.length;
    if (this.#bytes.toString('latin1', this.#at, end) !== literal) return false;
    this.#at = end;
    return true;
  }

  #skipNumber(): boolean {
    this.take(CODE.minus);
    if (!this.take(CODE.zero) && !this.#skipDigits()) return false;
    if (this.take(CODE.dot) && !this.#skipDigits()) return false;
    // 0x20 makes a letter small.
    if ((this.peek() | 0x20) !== 'e'.charCodeAt(0)) return true;
    this.#at++;
    if (!this.take('+'.charCodeAt(0))) this.take(CODE.minus);
    return this.#skipDigits();
  }

  #skipDigits(): boolean {
    const start = this.#at;
    while (isDigit(this.peek())) this.#at++;
    return this.#at > start;
  }

  readString(): string | undefined {
    const start = this.#at;
    if (!this.#skipString()) return undefined;
    const inner = this.#bytes.toString('utf8', start + 1, this.#at - 1);
    if (!inner.includes('\\')) return inner;
    const text: unknown = JSON.parse(`"${inner}"`);
    return typeof text === 'string' ? text : undefined;
  }

  #skipString(): boolean {
    if (!this.take(CODE.quote)) return false;
    const bytes = this.#bytes;
    // Most of a body is text: the place is kept in a variable meanwhile.
    let at = this.#at;
    for (;;) {
      const code = bytes[at++] ?? END;
      if (code < CODE.space) return false;
      if (code === CODE.quote) {
        this.#at = at;
        return true;
      }
      if (code !== CODE.backslash) continue;
      this.#at = at;
      if (!this.#skipEscape()) return false;
      at = this.#at;
    }
  }

  #skipEscape(): boolean {
    const code = this.peek();
    this.#at++;
    if (code !== CODE.u) return ESCAPED.has(code);
    const end = this.#at + 4;
    if (!/^[0-9a-f]{4}$/i.test(this.#bytes.toString('latin1', this.#at, end))) return false;
    this.#at = end;
    return true;
  }

  skipSpace(): void {
    for (;;) {
      const code = this.peek();
      const isSpace =
        code === CODE.space ||
        code === CODE.lineFeed ||
        code === CODE.carriageReturn ||
        code === CODE.tab;
      if (!isSpace) return;
      this.#at++;
    }
  }

  peek(): number {
    return this.#bytes[this.#at] ?? END;
  }

  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.#at++;
    return true;
  }

  /** Skips one value, and gives what was written. */
  readValue(): string | undefined {
    const start = this.#at;
    return this.skipValue() ? this.#bytes.toString('latin1', start, this.#at) : undefined;
  }
}

function isDigit(code: number): boolean {
  return code >= CODE.zero && code <= CODE.nine;
}
