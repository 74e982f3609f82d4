import { useMutation } from '@tanstack/react-query';
import type { WebhookEndpointWithSecret, WebhookSignature } from '@tollkeeper/contract';
import { useState } from 'react';
import { ChoiceChips } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { useExactlyOnce } from '../../components/forms/use-exactly-once.ts';
import { useReturnFocus } from '../../lib/hooks.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { createWebhookMutation } from './queries.ts';
import {
  blockedWords,
  bodyOf,
  WEBHOOK_FIELDS,
  type WebhookDraft,
  WebhookFields,
} from './webhook-form.tsx';
import { WebhookSecretDialog } from './webhook-secret-dialog.tsx';

/** A new endpoint: the form; then its secret, once. */
export function NewWebhookFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [created, setCreated] = useState<WebhookEndpointWithSecret>();
  if (created) {
    return <WebhookSecretDialog endpoint={created} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return <NewWebhookDialog onClose={onClose} onCreated={setCreated} />;
}

interface NewWebhookDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (endpoint: WebhookEndpointWithSecret) => void;
}

interface NewDraft extends WebhookDraft {
  readonly signature: WebhookSignature;
}

const FIRST: NewDraft = {
  ...{ name: '', url: '', eventTypes: new Set(['*']), isOrdered: false },
  signature: 'v1',
};

const SIGNATURES = [
  { value: 'v1', label: 'HMAC (v1)' },
  { value: 'v1a', label: 'Ed25519 (v1a)' },
] as const;

function NewWebhookDialog({ onClose, onCreated }: NewWebhookDialogProps) {
  const [draft, setDraft] = useState(FIRST);
  const change = (part: Partial<NewDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { mutateAsync } = useMutation(createWebhookMutation);
  const create = useExactlyOnce(
    (each: NewDraft) => ({ ...bodyOf(each), signature: each.signature }),
    (body, idempotencyKey) => mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit([...WEBHOOK_FIELDS, 'signature'], async () =>
    onCreated(await create(draft)),
  );
  return (
    <FormDialog
      title="New webhook endpoint"
      description="Events of the audit log are sent to it as they happen."
      submitLabel="Create endpoint"
      width="wide"
      blocked={blockedWords(draft)}
      filled={draft !== FIRST}
      form={form}
      onClose={onClose}
    >
      <WebhookFields draft={draft} errors={form.errors.fields} onDraft={change} />
      <FieldGroup label="Signature" error={form.errors.fields.signature}>
        <ChoiceChips
          name="signature"
          value={draft.signature}
          choices={SIGNATURES}
          onChoose={(signature) => change({ signature })}
        />
      </FieldGroup>
    </FormDialog>
  );
}
