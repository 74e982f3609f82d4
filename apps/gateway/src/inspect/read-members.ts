import { isUtf8 } from 'node:buffer';
import { CODE, JsonCursor, LITERALS } from './json-cursor.ts';

/** One member of a JSON object, as far as it matters. Of a number, the text is what was written. */
export type Member =
  | { readonly type: 'string' | 'number'; readonly text: string }
  | { readonly type: 'object'; readonly members: Members }
  | { readonly type: 'true' | 'false' | 'null' | 'array' };

export type Members = ReadonlyMap<string, Member>;

/** Names of members, and for those that are objects what to read of these. */
export type Wanted = ReadonlyMap<string, Wanted>;

export const LEAF: Wanted = new Map();

/** Why a body is not read. */
export interface ReadFault {
  readonly kind: 'malformed' | 'not_an_object' | 'array' | 'ambiguous' | 'too_deep';
  /** The name that stands there twice, or in another spelling. */
  readonly name?: string;
}

/**
 * Reads members of the one object that the bytes are, strictly by RFC 8259. In each object that is
 * read, a name that stands twice is a fault, and so is one that some readers take for a wanted one,
 * since they ignore case: what is decided here must be what the upstream acts on.
 */
export function readMembers(bytes: Buffer, wanted: Wanted): Members | ReadFault {
  if (!isUtf8(bytes)) return MALFORMED;
  const reader = new Reader(bytes);
  return reader.read(wanted) ?? reader.fault;
}

export function isFault(read: Members | ReadFault): read is ReadFault {
  return 'kind' in read;
}

const MALFORMED: ReadFault = { kind: 'malformed' };

/** A class, for the fault at which it stops. */
class Reader {
  readonly #cursor: JsonCursor;
  #fault: ReadFault | undefined;

  constructor(bytes: Buffer) {
    this.#cursor = new JsonCursor(bytes);
  }

  get fault(): ReadFault {
    return this.#cursor.isTooDeep ? { kind: 'too_deep' } : (this.#fault ?? MALFORMED);
  }

  read(wanted: Wanted): Members | undefined {
    const cursor = this.#cursor;
    cursor.skipSpace();
    const first = cursor.peek();
    if (first === CODE.brace) {
      const members = this.#readObject(wanted);
      return members && cursor.isAtEnd() ? members : undefined;
    }
    // What is no JSON at all is named as that.
    if (cursor.skipValue() && cursor.isAtEnd()) {
      this.#fault = { kind: first === CODE.bracket ? 'array' : 'not_an_object' };
    }
    return undefined;
  }

  #readObject(wanted: Wanted): Members | undefined {
    const cursor = this.#cursor;
    const seen = new Set<string>();
    const members = new Map<string, Member>();
    const lookalikes = new Set([...wanted.keys()].map(folded));
    cursor.take(CODE.brace);
    cursor.skipSpace();
    if (cursor.take(CODE.closingBrace)) return members;
    do {
      cursor.skipSpace();
      const name = cursor.readString();
      if (name === undefined || !cursor.skipColon()) return undefined;
      const inner = wanted.get(name);
      if (seen.has(name) || (!inner && lookalikes.has(folded(name)))) {
        this.#fault = { kind: 'ambiguous', name };
        return undefined;
      }
      seen.add(name);
      if (inner) {
        const member = this.#readMember(inner);
        if (!member) return undefined;
        members.set(name, member);
      } else if (!cursor.skipValue()) return undefined;
      cursor.skipSpace();
    } while (cursor.take(CODE.comma));
    return cursor.take(CODE.closingBrace) ? members : undefined;
  }

  #readMember(wanted: Wanted): Member | undefined {
    const cursor = this.#cursor;
    const first = cursor.peek();
    if (first === CODE.quote) {
      const text = cursor.readString();
      return text === undefined ? undefined : { type: 'string', text };
    }
    if (first === CODE.brace) {
      const members = this.#readObject(wanted);
      return members && { type: 'object', members };
    }
    const text = cursor.readValue();
    if (text === undefined) return undefined;
    if (first === CODE.bracket) return { type: 'array' };
    const type = LITERALS.get(first);
    return type ? { type } : { type: 'number', text };
  }
}

/** Longer than any name that is wanted, in any spelling. */
const FOLDED_MAX = 64;

/** As a reader compares that ignores case, or stops at a zero. */
function folded(name: string): string {
  if (name.length > FOLDED_MAX && !name.includes('\0')) return name;
  const [before = ''] = name.split('\0');
  return before.normalize('NFKC').toLowerCase();
}
