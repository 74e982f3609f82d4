import { type FormEvent, useEffect, useState } from 'react';
import { explainError, type FormErrors, fieldErrors, formErrors, NO_ERRORS } from './api-errors.ts';

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

const FAULT = '[aria-invalid=true], [role=alert]';
const CONTROL = 'input:not(:disabled), select:not(:disabled), textarea:not(:disabled)';

/**
 * Brings the first error of a form into view, and the focus to the field that it is about.
 * @returns to call with the form, in the same breath as its errors are set
 */
export function useRevealError(): (form: HTMLElement) => void {
  const [failed, setFailed] = useState<{ readonly form: HTMLElement }>();
  // An effect, because only then the errors are on the page.
  useEffect(() => {
    if (failed) revealError(failed.form);
  }, [failed]);
  return (form) => setFailed({ form });
}

function revealError(form: HTMLElement): void {
  const fault = form.querySelector<HTMLElement>(FAULT);
  if (!fault) return;
  fieldOf(fault)?.focus({ preventScroll: true });
  fault.scrollIntoView({ block: 'center', behavior: 'auto' });
}

/** The control itself; of several that answer one question, the chosen one or the first. */
function fieldOf(fault: HTMLElement): HTMLElement | null {
  if (fault.ariaInvalid === 'true') return fault;
  const group = fault.closest('fieldset');
  return (
    group?.querySelector<HTMLElement>('input:checked') ?? group?.querySelector(CONTROL) ?? null
  );
}
