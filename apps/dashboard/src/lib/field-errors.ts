import { ApiError } from '@tollkeeper/sdk';

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
