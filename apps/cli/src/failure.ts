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

/** Whether the file system refused something. */
export function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** What the exit code means to a script. Stable: scripts depend on each number. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  /** Of `policies diff` and `policies apply --dry-run`, as of other programs that compare. */
  different: 2,
  unauthenticated: 3,
  forbidden: 4,
  notFound: 5,
  conflict: 6,
  planLimit: 7,
  unreachable: 8,
  invalidInput: 9,
  keyNotValid: 10,
  notApplied: 11,
  keyFound: 12,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'Success; for verify: the key is valid',
  1: 'Unexpected error: the server failed, or limits how often you may ask',
  2: 'Wrong usage: an unknown command, option or name, or a change that nobody confirmed; policies diff and policies apply --dry-run: there are differences',
  3: 'Not signed in, or the credential or login was refused',
  4: 'Forbidden: the credential may not do this',
  5: 'Not found',
  6: 'Conflict: the current status does not allow this change',
  7: "The plan's limit of keys is reached",
  8: 'The server cannot be reached',
  9: 'Invalid input: the server refused a value',
  10: 'verify: the key is not valid',
  11: 'keys propagation and policies propagation: a gateway has not applied the change',
  12: 'scan: a key was found',
  130: 'Interrupted',
};

/** The `code` of an error under --json that no code of the API names. Stable, as exit codes are. */
export const ERROR_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'ok',
  1: 'unexpected',
  2: 'usage',
  3: 'unauthenticated',
  4: 'forbidden',
  5: 'not_found',
  6: 'invalid_state',
  7: 'plan_limit_reached',
  8: 'unavailable',
  9: 'validation_failed',
  10: 'key_not_valid',
  11: 'not_applied',
  12: 'key_found',
  130: 'interrupted',
};

/** The table of exit codes that --help shows. */
export function exitCodeHelp(): string {
  const lines = Object.entries(MEANINGS).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`);
  return [
    '',
    'Exit codes:',
    ...lines,
    '',
    'With --json, an error is one line of JSON on standard error: {"code", "message", "exitCode"}',
    'and the details that the API gives, such as "requestId", "errors" and "scopes".',
  ].join('\n');
}
