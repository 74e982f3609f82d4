/** An error as Stripe answers it (docs.stripe.com/api/errors). */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  /** The parameter that it is about. */
  readonly param: string | undefined;
  constructor(status: number, type: string, code: string, message: string, param?: string) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
  }
}

export function refuse(status: number, code: string, message: string, param?: string): Refusal {
  return new Refusal(status, 'invalid_request_error', code, message, param);
}
