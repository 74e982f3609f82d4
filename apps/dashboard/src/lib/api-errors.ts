import type { ErrorCode } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';

/** A sentence for a person: what went wrong and what to do next. */
export function explainError(error: unknown): string {
  if (error instanceof ApiError) return error.problem.detail;
  if (error instanceof TypeError) {
    return 'Cannot reach the server. Check that Tollkeeper is running and that you are connected, then try again.';
  }
  return 'The server gave an answer that this page does not understand. Reload the page; if that does not help, update the server.';
}

/** The id under which the server's log knows the failed request. */
export function requestIdOf(error: unknown): string | undefined {
  return error instanceof ApiError && error.problem.requestId ? error.problem.requestId : undefined;
}

export interface FormErrors<F extends string> {
  /** Messages by field. */
  readonly fields: { readonly [K in F]?: string };
  /** What belongs to no field of the form. */
  readonly form: readonly string[];
}

export const NO_ERRORS: FormErrors<never> = { fields: {}, form: [] };

export function formErrors(message: string): FormErrors<never> {
  return { fields: {}, form: [message] };
}

/**
 * Sorts a refusal's `errors[]` to the fields of a form by the first segment of their path
 * (`allowedIps.2`, `/allowedIps/2` and `body.allowedIps[2]` all belong to `allowedIps`).
 * @returns undefined when the refusal names no field
 */
export function fieldErrors<F extends string>(
  error: unknown,
  names: readonly F[],
): FormErrors<F> | undefined {
  if (!(error instanceof ApiError) || !error.problem.errors?.length) return undefined;
  const fields: Partial<Record<F, string>> = {};
  const form: string[] = [];
  for (const { path, message } of error.problem.errors) {
    const name = names.find((candidate) => candidate === firstSegment(path));
    if (name)
      fields[name] = fields[name] ? `${fields[name]} ${sentence(message)}` : sentence(message);
    else form.push(path ? `${path}: ${message}` : sentence(message));
  }
  return { fields, form };
}

function firstSegment(path: string): string | undefined {
  return path
    .split(/[./[\]#]+/)
    .filter((segment) => segment !== '' && segment !== 'body')
    .at(0);
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/**
 * Waits for the request; a refusal with that code is thrown as one about a single field, for the
 * routes that can refuse so for one reason only.
 * @param message what to say there; the server's own sentence unless given
 */
export async function errorAtField<T>(
  field: string,
  code: ErrorCode,
  request: Promise<T>,
  message?: string,
): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== code || error.problem.errors) throw error;
    const errors = [{ path: field, message: message ?? error.problem.detail }];
    throw new ApiError({ ...error.problem, errors });
  }
}
