import { type FormEvent, useState } from 'react';
import { explainError } from './explain-error.ts';
import { type FormErrors, fieldErrors, formErrors, NO_ERRORS } from './field-errors.ts';
import { useRevealError } from './use-reveal-error.ts';

type FieldErrors<F extends string> = FormErrors<F>['fields'];

/** What a form shows of its request. */
export interface FormState<F extends string = string> {
  readonly pending: boolean;
  readonly errors: FormErrors<F>;
  readonly submit: (event: FormEvent<HTMLElement>) => Promise<void>;
}

/**
 * Runs a form's request: one at a time, with its refusal sorted to the fields and brought into view.
 * @param names the fields of the form, by the names that the request gives them
 * @param check what is wrong with the fields before anything is sent
 */
export function useSubmit<F extends string>(
  names: readonly F[],
  request: () => Promise<void>,
  check: () => FieldErrors<F> = () => ({}),
): FormState<F> {
  const [pending, setPending] = useState(false);
  const [errors, setErrors] = useState<FormErrors<F>>(NO_ERRORS);
  const reveal = useRevealError();

  async function submit(event: FormEvent<HTMLElement>) {
    event.preventDefault();
    // A dialog's form inside another form's React tree must not submit that one too.
    event.stopPropagation();
    if (pending) return;
    const form = event.currentTarget;
    const fields = check();
    setErrors({ fields, form: [] });
    if (Object.keys(fields).length > 0) return reveal(form);
    setPending(true);
    try {
      await request();
    } catch (error) {
      setErrors(fieldErrors(error, names) ?? formErrors(explainError(error)));
      reveal(form);
    } finally {
      setPending(false);
    }
  }

  return { pending, errors, submit };
}
