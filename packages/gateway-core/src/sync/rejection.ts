import { FrameError, PartError, type RejectReason } from '@tollkeeper/protocol';
import { reasonOf } from '../fleet-error.ts';

/** A message that is not applied. The state stays as it was. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly reason: RejectReason;

  constructor(reason: RejectReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What was thrown while a message was taken; unless it says more, its content is at fault. */
export function toRejection(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  const isKnown = error instanceof FrameError || error instanceof PartError;
  const reason = isKnown ? error.reason : 'malformed';
  return new Rejection(reason, reasonOf(error), { cause: error });
}
