import { WEBHOOK_URL_MAX } from '@tollkeeper/contract';
import { CheckRow } from '../../components/forms/choices.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { useCan } from '../sessions/index.ts';
import { EventTypePicker } from './event-type-picker.tsx';

export interface WebhookDraft {
  readonly name: string;
  readonly url: string;
  readonly eventTypes: ReadonlySet<string>;
  readonly isOrdered: boolean;
}

export const WEBHOOK_FIELDS = ['name', 'url', 'eventTypes', 'isOrdered'] as const;

interface WebhookFieldsProps {
  readonly draft: WebhookDraft;
  readonly errors: Partial<Record<(typeof WEBHOOK_FIELDS)[number], string>>;
  readonly onDraft: (part: Partial<WebhookDraft>) => void;
}

/** What can be edited of an endpoint. */
export function WebhookFields({ draft, errors, onDraft }: WebhookFieldsProps) {
  const mayReadEvents = useCan('audit.read');
  return (
    <>
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="Security channel"
        error={errors.name}
        value={draft.name}
        onValue={(name) => onDraft({ name })}
      />
      {mayReadEvents ? (
        <>
          <LineField
            label="URL"
            hint="Each event is sent there by POST."
            type="url"
            inputMode="url"
            lengthMax={WEBHOOK_URL_MAX}
            placeholder="https://example.com/hooks"
            spellCheck={false}
            error={errors.url}
            value={draft.url}
            onValue={(url) => onDraft({ url })}
          />
          <EventTypePicker
            selected={draft.eventTypes}
            error={errors.eventTypes}
            onSelect={(eventTypes) => onDraft({ eventTypes })}
          />
        </>
      ) : (
        <Notice tone="info">
          To change the URL or the events, your role needs the scope{' '}
          <code className="font-mono">audit.read</code>.
        </Notice>
      )}
      <CheckRow
        label="Deliver in order"
        hint="One event at a time. One that fails holds up all after it."
        checked={draft.isOrdered}
        error={errors.isOrdered}
        onCheck={(isOrdered) => onDraft({ isOrdered })}
      />
    </>
  );
}

export function bodyOf({ name, url, eventTypes, isOrdered }: WebhookDraft) {
  return { name: name.trim(), url: url.trim(), eventTypes: [...eventTypes], isOrdered };
}

export function blockedWords({ name, url, eventTypes }: WebhookDraft): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (url.trim() === '') return 'Enter a URL.';
  return eventTypes.size === 0 ? 'Choose events.' : undefined;
}
