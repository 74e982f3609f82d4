import { DomainError } from '../domain-error.ts';

/**
 * What Stripe answers. The library has tried again where that may help. A refusal says what the member
 * can do, and nothing of the account; its cause, which the server's log shows, says what the operator can.
 * @param explain a refusal that means something else to this request
 * @throws DomainError unavailable; invalid_state where Stripe could not take a payment
 */
export async function askStripe<T>(
  ask: () => Promise<T>,
  explain: (error: unknown) => DomainError | undefined = () => undefined,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw explain(error) ?? refusalOf(error);
  }
}

function refusalOf(error: unknown): DomainError {
  switch (typeOf(error)) {
    case 'StripeCardError':
      // Stripe writes it for the person who pays.
      return new DomainError(
        'invalid_state',
        `The payment failed, and the plan stays as it is. ${messageOf(error)} Choose another payment method in the portal, and try again.`,
        { cause: error },
      );
    case 'StripeRateLimitError':
      return unavailable(
        'The payment provider takes no more requests right now. Nothing has changed here. Try again in a minute.',
        'Stripe limits the requests of this account. If it stays, ask Stripe for a higher limit',
        error,
      );
    case 'StripeAuthenticationError':
      return unavailable(
        misconfigured('does not accept the key of this server'),
        'Stripe does not accept STRIPE_SECRET_KEY: it was revoked, has expired, or is incomplete',
        error,
      );
    case 'StripePermissionError':
      return unavailable(
        misconfigured('does not let this server do that'),
        'STRIPE_SECRET_KEY lacks a permission: give it to the restricted key in the Stripe dashboard (docs/billing.md lists them)',
        error,
      );
    case 'StripeInvalidRequestError':
      return isAboutPrice(error)
        ? unavailable(
            misconfigured('does not sell this plan at the price that the server names'),
            'Stripe refuses a price: a STRIPE_PRICE_ variable names one that is not active, or belongs to another account or mode than STRIPE_SECRET_KEY',
            error,
          )
        : unavailable(
            misconfigured('refused what this server asked'),
            'Stripe refused a request as it was sent: check its settings by docs/billing.md',
            error,
          );
    default:
      return unavailable(
        'The payment provider could not answer. Nothing has changed here. Try again later.',
        'Stripe could not be reached, or failed by itself (https://status.stripe.com)',
        error,
      );
  }
}

function misconfigured(what: string): string {
  return `The payment provider ${what}. Nothing has changed here. Ask the operator of the server, whose log says why.`;
}

function unavailable(detail: string, forOperator: string, error: unknown): DomainError {
  return new DomainError('unavailable', detail, {
    cause: new Error(forOperator, { cause: error }),
  });
}

/** Whether Stripe answered that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return isRefused(error) && fieldOf(error, 'code') === 'resource_missing';
}

/** Whether Stripe refused a request as it was sent, so that it is refused again. */
export function isRefused(error: unknown): boolean {
  return typeOf(error) === 'StripeInvalidRequestError';
}

/** Whether Stripe failed, and not the network: it repeats that to the same Idempotency-Key. */
export function isFailureOfStripe(error: unknown): boolean {
  return typeOf(error) === 'StripeAPIError';
}

function isAboutPrice(error: unknown): boolean {
  return String(fieldOf(error, 'param')).includes('price');
}

function typeOf(error: unknown): unknown {
  return fieldOf(error, 'type');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function fieldOf(error: unknown, name: string): unknown {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}
