import { useEffect, useState } from 'react';

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
