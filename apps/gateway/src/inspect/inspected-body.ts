import { Readable } from 'node:stream';
import type { BodyMemory } from './body-memory.ts';

const FIRST_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/**
 * A body that is held until the upstream has it. Its parts are copied into one piece: a client that
 * sends a byte at a time would else take a hundred times as much memory.
 */
export class InspectedBody {
  readonly #memory: BodyMemory;
  readonly #bytesMax: number;
  #buffer = NOTHING;
  #length = 0;

  constructor(memory: BodyMemory, bytesMax: number) {
    this.#memory = memory;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** @returns false if there is no memory for it */
  add(part: Buffer): boolean {
    const length = this.#length + part.length;
    if (length > this.#buffer.length && !this.#grow(length)) return false;
    part.copy(this.#buffer, this.#length);
    this.#length = length;
    return true;
  }

  #grow(length: number): boolean {
    const before = this.#buffer;
    const doubled = Math.max(2 * before.length, FIRST_BYTES);
    const capacity = Math.max(length, Math.min(doubled, this.#bytesMax));
    if (!this.#memory.take(capacity - before.length)) return false;
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    before.copy(this.#buffer, 0, 0, this.#length);
    return true;
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
