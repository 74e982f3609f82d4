import type { ExitCode } from './exit-codes.ts';

/** A command that cannot go on: what was wrong and what to do, and the exit code that says so. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** Further lines below the message, such as the candidates to choose from. */
  readonly details: readonly string[];

  constructor(
    exitCode: ExitCode,
    message: string,
    options: ErrorOptions & { readonly details?: readonly string[] } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.details = options.details ?? [];
  }
}
