/** Why a log, or an export of it, is not what its checkpoint says. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  /** The first event that fails; null where no single event does. */
  readonly sequence: number | null;

  constructor(message: string, sequence: number | null = null) {
    super(message);
    this.sequence = sequence;
  }
}
