import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

/** One run of the command line. A command that ends well but answers "no" sets the exit code. */
export interface Cli {
  /** Replaced once, before the command: by the options that stand before every command. */
  io: Surroundings;
  exitCode: ExitCode;
  /** The command that was chosen, once it is. */
  command?: Command;
}

export interface JsonOption {
  readonly json?: true;
}

export const JSON_OPTION = ['--json', "print the API's JSON, for scripts"] as const;
