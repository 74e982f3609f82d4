/** The log is not as it was left: somebody changed it behind the server's back. */
export class IntegrityError extends Error {
  override readonly name = 'IntegrityError';
}
