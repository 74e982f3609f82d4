import type { Readable, Writable } from 'node:stream';

export interface Input extends Readable {
  readonly isTTY?: boolean;
}

export interface Output extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything outside that a command touches. Only main.ts takes it from the process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  /** A new random text that nobody can guess; names one creation to the server. */
  readonly createId: () => string;
  /** Runs a program on this same Node with the terminal handed over; answers its exit code. */
  readonly runNode: (args: readonly string[]) => Promise<number>;
}
