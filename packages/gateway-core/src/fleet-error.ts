/** Why an instance cannot take its place in the fleet; it ends the start. */
export type FleetErrorCode =
  | 'control_plane_address'
  | 'forward_proxy'
  | 'join_key_missing'
  | 'join_refused'
  | 'state_folder'
  | 'state_folder_held'
  | 'state_folder_foreign';

export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What fetch and the happy-eyeballs connect throw says nothing itself; its cause does.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(reasonOf).join('; ');
  }
  return error.cause instanceof Error && error.message === 'fetch failed'
    ? reasonOf(error.cause)
    : error.message;
}
