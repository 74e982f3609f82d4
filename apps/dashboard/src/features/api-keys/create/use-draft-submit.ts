import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { type FormEvent, useRef, useState } from 'react';
import { type FormErrors, fieldErrors, NO_ERRORS } from '../../../lib/field-errors.ts';
import { checkDraft, DRAFT_FIELDS, type DraftField, type KeyDraft } from './key-draft.ts';
import { useCreateKey } from './use-create-key.ts';

/** Checks the draft, sends it, and says at which field it failed. */
export function useDraftSubmit(draft: KeyDraft, onCreated: (key: ApiKeyWithSecret) => void) {
  const form = useRef<HTMLFormElement>(null);
  const create = useCreateKey();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const [errors, setErrors] = useState<FormErrors<DraftField>>(NO_ERRORS);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    const missing = checkDraft(draft, Date.now());
    setErrors({ fields: missing, form: [] });
    setRefusal(undefined);
    if (Object.keys(missing).length > 0) return focusFirstError();
    setPending(true);
    try {
      onCreated(await create(draft));
    } catch (error) {
      const sorted = fieldErrors(error, DRAFT_FIELDS);
      if (sorted) setErrors(sorted);
      else setRefusal(error);
      focusFirstError();
    } finally {
      setPending(false);
    }
  }

  function focusFirstError() {
    // After React has shown the errors.
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }

  function forget(field: DraftField) {
    setErrors(({ fields: { [field]: _fixed, ...fields }, form: rest }) => ({
      fields: fields as FormErrors<DraftField>['fields'],
      form: rest,
    }));
  }

  return { pending, errors, refusal, submit, forget, form };
}
