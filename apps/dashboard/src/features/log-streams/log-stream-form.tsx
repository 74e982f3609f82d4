import {
  DATADOG_SITES,
  LOG_STREAM_SETTINGS_OF,
  type LogStreamDestination,
  type LogStreamFormat,
  type LogStreamSetting,
} from '@tollkeeper/contract';
import type { ReactNode } from 'react';
import { ChoiceChips } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { LineField } from '../../components/forms/line-field.tsx';

/** What can be edited of a stream, as a form holds it. */
export interface LogStreamDraft {
  readonly name: string;
  readonly format: LogStreamFormat;
  readonly settings: Readonly<Partial<Record<LogStreamSetting, string>>>;
}

export const SETTING_LABELS: Readonly<Record<LogStreamSetting, string>> = {
  url: 'URL',
  site: 'Site',
  index: 'Index',
  tags: 'Tags',
  bucket: 'Bucket',
  region: 'Region',
  prefix: 'Prefix',
  accessKeyId: 'Access key ID',
  header: 'Header with the secret',
  secret: 'Secret',
};

const PLACEHOLDERS: Readonly<Record<LogStreamSetting, string>> = {
  url: 'https://logs.example.com',
  site: 'datadoghq.com',
  index: 'audit',
  tags: 'env:prod,team:security',
  bucket: 'audit-logs',
  region: 'eu-central-1',
  prefix: 'tollkeeper',
  accessKeyId: 'AKIA…',
  header: 'authorization',
  secret: '',
};

const SECRETS: Readonly<Record<LogStreamDestination, string>> = {
  splunk: 'HEC token',
  datadog: 'API key',
  otlp: 'Secret',
  s3: 'Secret access key',
  https: 'Secret',
};

const WHOLE_VALUE = 'Optional. The whole value of the header, such as "Bearer …".';

/** What to say of a setting, where its name does not say it. */
const HINTS: Readonly<
  Partial<Record<LogStreamDestination, Partial<Record<LogStreamSetting, string>>>>
> = {
  datadog: {
    site: DATADOG_SITES.join(', '),
    url: 'Optional. An intake of yours; leave it empty for that of the site.',
  },
  s3: { url: 'Optional. The endpoint of a compatible storage; leave it empty for AWS.' },
  otlp: { secret: WHOLE_VALUE },
  https: { secret: WHOLE_VALUE },
};

const FORMAT_WORDS: Readonly<Record<LogStreamFormat, string>> = {
  native: 'As the log has them',
  ocsf: 'OCSF',
};
const FORMATS = (['native', 'ocsf'] as const).map((value) => ({
  value,
  label: FORMAT_WORDS[value],
}));

export function formatWords(format: LogStreamFormat): string {
  return FORMAT_WORDS[format];
}

interface LogStreamFieldsProps {
  readonly destination: LogStreamDestination;
  readonly draft: LogStreamDraft;
  readonly errors: Readonly<Partial<Record<'name' | 'format' | LogStreamSetting, string>>>;
  readonly onDraft: (part: Partial<LogStreamDraft>) => void;
  /** What to say of the secret, where it need not be given. */
  readonly secretHint?: string | undefined;
  /** Stands instead of the settings, for people who may not change them. */
  readonly insteadOfSettings?: ReactNode;
  readonly belowSettings?: ReactNode;
  /** Stands below the name. */
  readonly children?: ReactNode;
}

/** The fields of a stream: its name, the settings of its destination, and the format. */
export function LogStreamFields({
  destination,
  draft: { name, format, settings },
  errors,
  onDraft,
  secretHint,
  insteadOfSettings,
  belowSettings,
  children,
}: LogStreamFieldsProps) {
  return (
    <>
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="Splunk"
        error={errors.name}
        value={name}
        onValue={(next) => onDraft({ name: next })}
      />
      {children}
      {insteadOfSettings ??
        settingsOf(destination).map((setting) => (
          <SettingField
            key={`${destination} ${setting}`}
            name={setting}
            destination={destination}
            {...(setting === 'secret' ? { hint: secretHint } : {})}
            value={settings[setting] ?? ''}
            error={errors[setting]}
            onValue={(value) => onDraft({ settings: { ...settings, [setting]: value } })}
          />
        ))}
      {belowSettings}
      <FieldGroup label="Format" error={errors.format}>
        <ChoiceChips
          name="format"
          value={format}
          choices={FORMATS}
          onChoose={(next) => onDraft({ format: next })}
        />
      </FieldGroup>
    </>
  );
}

interface SettingFieldProps {
  readonly name: LogStreamSetting;
  readonly destination: LogStreamDestination;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (value: string) => void;
}

function SettingField({ name, destination, hint, value, error, onValue }: SettingFieldProps) {
  const isOptional = LOG_STREAM_SETTINGS_OF[destination].optional.includes(name);
  const shown = hint ?? HINTS[destination]?.[name] ?? (isOptional ? 'Optional.' : undefined);
  return (
    <LineField
      label={settingLabel(name, destination)}
      placeholder={PLACEHOLDERS[name]}
      spellCheck={false}
      {...(name === 'secret' ? { type: 'password', autoComplete: 'new-password' } : {})}
      {...(shown === undefined ? {} : { hint: shown })}
      error={error}
      value={value}
      onValue={onValue}
    />
  );
}

function settingLabel(name: LogStreamSetting, destination: LogStreamDestination): string {
  return name === 'secret' ? SECRETS[destination] : SETTING_LABELS[name];
}

export function settingsOf(destination: LogStreamDestination): readonly LogStreamSetting[] {
  const { required, optional } = LOG_STREAM_SETTINGS_OF[destination];
  return [...required, ...optional];
}

/** What a person entered of a setting, as it is sent. */
export function entered({ settings }: LogStreamDraft, name: LogStreamSetting): string {
  const value = (settings[name] ?? '').trim();
  return name === 'header' ? value.toLowerCase() : value;
}

/** What is missing. @param isSecretKept whether the stream has a secret that it can keep */
export function blockedWords(
  draft: LogStreamDraft,
  destination: LogStreamDestination,
  isSecretKept = false,
): string | undefined {
  if (draft.name.trim() === '') return 'Enter a name.';
  const missing = LOG_STREAM_SETTINGS_OF[destination].required.find(
    (name) => entered(draft, name) === '' && !(name === 'secret' && isSecretKept),
  );
  return missing && `Enter: ${settingLabel(missing, destination)}.`;
}
