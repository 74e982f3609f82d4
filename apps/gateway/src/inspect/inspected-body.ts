import { Readable } from 'node:stream';
import type { KeyMemory, Shortage } from './body-memory.ts';

const FIRST_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/**
 * A body that is held until the upstream has it. Its parts are copied into one piece: a client that
 * sends a byte at a time would else take a hundred times as much memory.
 */
export class InspectedBody {
  readonly #memory: KeyMemory;
  readonly #bytesMax: number;
  #buffer = NOTHING;
  #length = 0;

  constructor(memory: KeyMemory, bytesMax: number) {
    this.#memory = memory;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** @returns what there is too little of; undefined if it was added */
  add(part: Buffer): Shortage | undefined {
    const length = this.#length + part.length;
    const shortage = length > this.#buffer.length ? this.#grow(length) : undefined;
    if (shortage) return shortage;
    part.copy(this.#buffer, this.#length);
    this.#length = length;
    return undefined;
  }

  #grow(length: number): Shortage | undefined {
    const before = this.#buffer;
    const doubled = Math.max(2 * before.length, FIRST_BYTES);
    const capacity = Math.max(length, Math.min(doubled, this.#bytesMax));
    const shortage = this.#memory.take(capacity - before.length);
    if (shortage) return shortage;
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    before.copy(this.#buffer, 0, 0, this.#length);
    return undefined;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Exactly the bytes that came, once. They are let go when the stream ends, or is destroyed. */
  stream(): Readable {
    const body = new Readable({
      read: () => undefined,
      destroy: (error, callback) => {
        this.release();
        callback(error);
      },
    });
    if (this.#length > 0) body.push(this.bytes());
    body.push(null);
    return body;
  }

  /** Lets the bytes go. */
  release(): void {
    this.#memory.give(this.#buffer.length);
    this.#buffer = NOTHING;
    this.#length = 0;
  }
}
