import type { Readable, Writable } from 'node:stream';

export interface Input extends Readable {
  readonly isTTY?: boolean;
}

export interface Output extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Programs of their own, not calls to the API. */
export type Program = 'admin' | 'gateway';

/** Everything outside the program that a command uses. Only main.ts takes it from the process. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** A new random text that nobody can guess; it identifies one creation to the server. */
  readonly createId: () => string;
  /** Opens a web page in the default browser. Reports no failure: the link is printed as well. */
  readonly openLink: (link: string) => Promise<void>;
  /**
   * Runs a program of Tollkeeper on this same Node, which gets the terminal and the signals;
   * resolves to its exit code.
   */
  readonly runProgram: (program: Program, args: readonly string[]) => Promise<number>;
}
