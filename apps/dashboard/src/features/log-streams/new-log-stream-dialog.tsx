import { useMutation } from '@tanstack/react-query';
import { LOG_STREAM_DESTINATIONS, type LogStreamDestination } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ChoiceChips } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { useExactlyOnce } from '../../components/forms/use-exactly-once.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import {
  blockedWords,
  entered,
  type LogStreamDraft,
  LogStreamFields,
  settingsOf,
} from './log-stream-form.tsx';
import { DESTINATION_WORDS } from './log-stream-words.tsx';
import { createLogStreamMutation } from './queries.ts';

interface Draft extends LogStreamDraft {
  readonly destination: LogStreamDestination;
  readonly startAt: 'beginning' | 'now';
}

const FIRST: Draft = {
  ...{ name: '', destination: 'splunk', format: 'native', startAt: 'beginning', settings: {} },
};

const DESTINATIONS = LOG_STREAM_DESTINATIONS.map((value) => ({
  value,
  label: DESTINATION_WORDS[value],
}));
const STARTS = [
  { value: 'beginning', label: 'All events' },
  { value: 'now', label: 'Events from now on' },
] as const;

/** A new stream. Its secret is never shown again. */
export function NewLogStreamDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState(FIRST);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const { mutateAsync } = useMutation(createLogStreamMutation);
  const create = useExactlyOnce(bodyOf, (body, idempotencyKey) =>
    mutateAsync({ body, idempotencyKey }),
  );
  const { destination, startAt } = draft;
  const form = useSubmit(
    ['name', 'destination', 'format', 'startAt', ...settingsOf(destination)],
    async () => {
      const { name } = await create(draft);
      toast.success(`Created ${name}`);
      onClose();
    },
  );
  const { fields } = form.errors;
  return (
    <FormDialog
      title="New log stream"
      description="It sends the whole audit log, in order."
      submitLabel="Create stream"
      width="wide"
      blocked={blockedWords(draft, destination)}
      filled={draft !== FIRST}
      form={form}
      onClose={onClose}
    >
      <LogStreamFields destination={destination} draft={draft} errors={fields} onDraft={change}>
        <FieldGroup label="Destination" error={fields.destination}>
          <ChoiceChips
            name="destination"
            value={destination}
            choices={DESTINATIONS}
            onChoose={(chosen) => change({ destination: chosen, settings: {} })}
          />
        </FieldGroup>
      </LogStreamFields>
      <FieldGroup label="Begin with" error={fields.startAt}>
        <ChoiceChips
          name="startAt"
          value={startAt}
          choices={STARTS}
          onChoose={(chosen) => change({ startAt: chosen })}
        />
      </FieldGroup>
    </FormDialog>
  );
}

function bodyOf(draft: Draft) {
  const { name, destination, format, startAt } = draft;
  const given = settingsOf(destination)
    .map((setting) => [setting, entered(draft, setting)])
    .filter(([, value]) => value !== '');
  return { name: name.trim(), destination, format, startAt, ...Object.fromEntries(given) };
}
