import { useMutation } from '@tanstack/react-query';
import {
  DATADOG_SITES,
  LOG_STREAM_DESTINATIONS,
  LOG_STREAM_SETTINGS_OF,
  type LogStreamDestination,
  type LogStreamSetting,
} from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ChoiceChips } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { useExactlyOnce } from '../../components/forms/use-exactly-once.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { DESTINATION_WORDS } from './log-stream-words.tsx';
import { createLogStreamMutation } from './queries.ts';

interface Draft {
  readonly name: string;
  readonly destination: LogStreamDestination;
  readonly format: 'native' | 'ocsf';
  readonly startAt: 'beginning' | 'now';
  readonly settings: Readonly<Partial<Record<LogStreamSetting, string>>>;
}

const FIRST: Draft = {
  ...{ name: '', destination: 'splunk', format: 'native', startAt: 'beginning', settings: {} },
};

const LABELS: Readonly<Record<LogStreamSetting, readonly [label: string, placeholder: string]>> = {
  url: ['URL', 'https://logs.example.com'],
  site: ['Site', 'datadoghq.com'],
  index: ['Index', 'audit'],
  tags: ['Tags', 'env:prod,team:security'],
  bucket: ['Bucket', 'audit-logs'],
  region: ['Region', 'eu-central-1'],
  prefix: ['Prefix', 'tollkeeper'],
  accessKeyId: ['Access key ID', 'AKIA…'],
  header: ['Header with the secret', 'authorization'],
  secret: ['Secret', ''],
};

const SECRETS: Readonly<Record<LogStreamDestination, string>> = {
  splunk: 'HEC token',
  datadog: 'API key',
  otlp: 'Secret',
  s3: 'Secret access key',
  https: 'Secret',
};

const DESTINATIONS = LOG_STREAM_DESTINATIONS.map((value) => ({
  value,
  label: DESTINATION_WORDS[value],
}));
const FORMATS = [
  { value: 'native', label: 'As the log has them' },
  { value: 'ocsf', label: 'OCSF' },
] as const;
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
  const settings = settingsOf(draft.destination);
  const form = useSubmit(['name', 'destination', 'format', 'startAt', ...settings], async () => {
    const { name } = await create(draft);
    toast.success(`Created ${name}`);
    onClose();
  });
  const { fields } = form.errors;
  return (
    <FormDialog
      title="New log stream"
      description="It sends the whole audit log, in order."
      submitLabel="Create stream"
      width="wide"
      blocked={blockedWords(draft)}
      filled={draft !== FIRST}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="Splunk"
        error={fields.name}
        value={draft.name}
        onValue={(name) => change({ name })}
      />
      <FieldGroup label="Destination" error={fields.destination}>
        <ChoiceChips
          name="destination"
          value={draft.destination}
          choices={DESTINATIONS}
          onChoose={(destination) => change({ destination, settings: {} })}
        />
      </FieldGroup>
      {settings.map((name) => (
        <SettingField
          key={`${draft.destination} ${name}`}
          name={name}
          destination={draft.destination}
          value={draft.settings[name] ?? ''}
          error={fields[name]}
          onValue={(value) => change({ settings: { ...draft.settings, [name]: value } })}
        />
      ))}
      <FieldGroup label="Format" error={fields.format}>
        <ChoiceChips
          name="format"
          value={draft.format}
          choices={FORMATS}
          onChoose={(format) => change({ format })}
        />
      </FieldGroup>
      <FieldGroup label="Begin with" error={fields.startAt}>
        <ChoiceChips
          name="startAt"
          value={draft.startAt}
          choices={STARTS}
          onChoose={(startAt) => change({ startAt })}
        />
      </FieldGroup>
    </FormDialog>
  );
}

interface SettingFieldProps {
  readonly name: LogStreamSetting;
  readonly destination: LogStreamDestination;
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (value: string) => void;
}

function SettingField({ name, destination, value, error, onValue }: SettingFieldProps) {
  const [label, placeholder] = LABELS[name];
  const isOptional = LOG_STREAM_SETTINGS_OF[destination].optional.includes(name);
  const hint = isOptional ? 'Optional.' : name === 'site' ? DATADOG_SITES.join(', ') : undefined;
  return (
    <LineField
      label={name === 'secret' ? SECRETS[destination] : label}
      placeholder={placeholder}
      spellCheck={false}
      {...(name === 'secret' ? { type: 'password', autoComplete: 'new-password' } : {})}
      {...(hint === undefined ? {} : { hint })}
      error={error}
      value={value}
      onValue={onValue}
    />
  );
}

function settingsOf(destination: LogStreamDestination): readonly LogStreamSetting[] {
  const { required, optional } = LOG_STREAM_SETTINGS_OF[destination];
  return [...required, ...optional];
}

function bodyOf({ name, destination, format, startAt, settings }: Draft) {
  const given = Object.entries(settings)
    .map(([key, value]) => [key, key === 'header' ? value.trim().toLowerCase() : value.trim()])
    .filter(([, value]) => value !== '');
  return { name: name.trim(), destination, format, startAt, ...Object.fromEntries(given) };
}

function blockedWords({ name, destination, settings }: Draft): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  const { required } = LOG_STREAM_SETTINGS_OF[destination];
  const missing = required.find((each) => (settings[each] ?? '').trim() === '');
  if (missing === undefined) return undefined;
  return `Enter: ${missing === 'secret' ? SECRETS[destination] : LABELS[missing][0]}.`;
}
