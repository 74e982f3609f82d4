import { useMutation } from '@tanstack/react-query';
import {
  LOG_STREAM_SETTINGS_OF,
  type LogStream,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { CheckRow } from '../../components/forms/choices.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useCan } from '../sessions/index.ts';
import {
  blockedWords,
  entered,
  formatWords,
  type LogStreamDraft,
  LogStreamFields,
  SETTING_LABELS,
  settingsOf,
} from './log-stream-form.tsx';
import { updateLogStreamMutation } from './queries.ts';

interface EditLogStreamDialogProps {
  readonly stream: LogStream;
  readonly onClose: () => void;
}

/** The settings of a stream. Its destination stays: another one is another stream. */
export function EditLogStreamDialog({ stream, onClose }: EditLogStreamDialogProps) {
  const { id, destination, hasSecret } = stream;
  const mayReadEvents = useCan('audit.read');
  const update = useMutation(updateLogStreamMutation);
  const [losesSecret, setLosesSecret] = useState(false);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(stream, draftOf, () =>
    api.getLogStream({ params: { id } }),
  );
  const form = useSubmit(['name', 'format', ...settingsOf(destination)], async () => {
    const saved = await save((etag) =>
      update.mutateAsync({
        params: { id },
        body: { ...bodyOf(draft, stream, mayReadEvents, losesSecret), etag },
      }),
    );
    if (!saved) return;
    toast.success(`Saved ${saved.name}`);
    onClose();
  });
  const canLoseSecret =
    hasSecret &&
    mayReadEvents &&
    entered(draft, 'secret') === '' &&
    LOG_STREAM_SETTINGS_OF[destination].optional.includes('secret');
  return (
    <FormDialog
      title={`Edit ${base.name}`}
      submitLabel="Save stream"
      width="wide"
      blocked={blockedWords(draft, destination, hasSecret)}
      filled={isChanged || losesSecret}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This stream was changed since you opened it"
        submitLabel="Save stream"
        replaced={replaced}
        base={base}
        fieldsOf={fieldsOf}
      />
      <LogStreamFields
        destination={destination}
        draft={draft}
        errors={form.errors.fields}
        onDraft={(part) => setDraft((mine) => ({ ...mine, ...part }))}
        secretHint={
          hasSecret
            ? 'Leave empty to keep it. Enter it again to send elsewhere.'
            : 'Optional. The stream has none.'
        }
        insteadOfSettings={mayReadEvents ? undefined : <SettingsNeedScope />}
        belowSettings={
          canLoseSecret ? (
            <CheckRow
              label="Remove the secret"
              hint="The stream then sends without one."
              checked={losesSecret}
              onCheck={setLosesSecret}
            />
          ) : null
        }
      />
    </FormDialog>
  );
}

function SettingsNeedScope() {
  return (
    <Notice tone="info">
      To change where the stream sends to, your role needs the scope{' '}
      <code className="font-mono">audit.read</code>.
    </Notice>
  );
}

function draftOf(stream: LogStream): LogStreamDraft {
  const { name, format, destination } = stream;
  const settings = settingsOf(destination).map((setting) => [
    setting,
    setting === 'secret' ? '' : (stream[setting] ?? ''),
  ]);
  return { name, format, settings: Object.fromEntries(settings) };
}

type Body = RouteInput<Routes['updateLogStream']>['body'];

/** An empty setting that need not be there is taken away; an empty secret only where somebody said so. */
function bodyOf(
  draft: LogStreamDraft,
  { destination }: LogStream,
  withSettings: boolean,
  losesSecret: boolean,
): Body {
  const { optional } = LOG_STREAM_SETTINGS_OF[destination];
  const settings = settingsOf(destination).flatMap(
    (setting): (readonly [string, string | null])[] => {
      const value = entered(draft, setting);
      if (value !== '') return [[setting, value]];
      const isCleared = optional.includes(setting) && (setting !== 'secret' || losesSecret);
      return isCleared ? [[setting, null]] : [];
    },
  );
  return {
    ...{ name: draft.name.trim(), format: draft.format },
    ...(withSettings ? Object.fromEntries(settings) : {}),
  };
}

function fieldsOf(stream: LogStream) {
  const settings = settingsOf(stream.destination).flatMap((setting) =>
    setting === 'secret' ? [] : [[SETTING_LABELS[setting], stream[setting] ?? ''] as const],
  );
  return {
    Name: stream.name,
    ...Object.fromEntries(settings),
    Format: formatWords(stream.format),
  };
}
