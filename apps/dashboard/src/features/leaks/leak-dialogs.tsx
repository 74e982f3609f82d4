import { useMutation } from '@tanstack/react-query';
import { LEAK_SOURCE_MAX, LEAK_URL_MAX, type Leak, NO_SECRET } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { SegmentedChoice } from '../../components/forms/choices.tsx';
import { Dialog, DialogBody } from '../../components/forms/dialog.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { Fact, Facts } from '../../components/panel.tsx';
import { MaskedPrefix } from '../../components/record-table.tsx';
import { exactTime } from '../../lib/format.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useCan } from '../sessions/index.ts';
import { ACTION_WORDS, REPORTER_WORDS } from './leak-words.ts';
import { closeLeakMutation, reportLeakMutation } from './queries.ts';

/** Reports a key by its whole text, or by its id. */
export function ReportLeakDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState({ key: '', url: '', source: '' });
  const report = useMutation(reportLeakMutation);
  const text = draft.key.trim();
  const form = useSubmit(['key', 'keyId', 'url', 'source'], async () => {
    const named = text.startsWith('key_') ? { keyId: text } : { key: text };
    const place = {
      ...(draft.url.trim() === '' ? {} : { url: draft.url.trim() }),
      ...(draft.source.trim() === '' ? {} : { source: draft.source.trim() }),
    };
    const { leak } = await report.mutateAsync({ body: { ...named, ...place } });
    toast.success(leak ? `Reported ${leak.key.name}` : 'Reported, if this server has such a key');
    onClose();
  });
  const { fields } = form.errors;
  return (
    <FormDialog
      title="Report a leaked key"
      description="The organization of the key has chosen what happens to it. Nothing stores its text."
      submitLabel="Report key"
      blocked={isKeyOrId(text) ? undefined : 'Enter the whole key, or its id.'}
      filled={draft.key + draft.url + draft.source !== ''}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Key"
        hint="The whole key, or its id from the page of the key."
        placeholder="tk_live_… or key_…"
        autoComplete="off"
        spellCheck={false}
        error={fields.key ?? fields.keyId}
        value={draft.key}
        onValue={(key) => setDraft({ ...draft, key })}
      />
      <LineField
        label="Where it was found"
        hint="Optional. Such as the address of a page."
        lengthMax={LEAK_URL_MAX}
        error={fields.url}
        value={draft.url}
        onValue={(url) => setDraft({ ...draft, url })}
      />
      <LineField
        label="What it was found in"
        hint="Optional. Such as chat or commit."
        lengthMax={LEAK_SOURCE_MAX}
        error={fields.source}
        value={draft.source}
        onValue={(source) => setDraft({ ...draft, source })}
      />
    </FormDialog>
  );
}

/** The server answers a text that is no key as it answers a key that it does not have. */
function isKeyOrId(text: string): boolean {
  return text.startsWith('key_') || !NO_SECRET.test(text);
}

interface LeakDialogProps {
  readonly leak: Leak;
  readonly onClose: () => void;
}

/** A report in detail; while it is open, it can be closed. */
export function LeakDialog(props: LeakDialogProps) {
  const mayManage = useCan('integrations.manage');
  const { leak, onClose } = props;
  if (leak.status === 'open' && mayManage) return <CloseLeakDialog {...props} />;
  return (
    <Dialog title={`Report of ${leak.key.name}`} width="narrow" onClose={onClose}>
      <DialogBody>
        <LeakFacts leak={leak} />
      </DialogBody>
    </Dialog>
  );
}

const VERBS = [
  { value: 'resolve', label: 'Dealt with' },
  { value: 'dismiss', label: 'No leak' },
] as const;

function CloseLeakDialog({ leak, onClose }: LeakDialogProps) {
  const [verb, setVerb] = useState<'resolve' | 'dismiss'>('resolve');
  const [note, setNote] = useState('');
  const close = useMutation(closeLeakMutation);
  const form = useSubmit(['note'], async () => {
    await close.mutateAsync({ id: leak.id, verb, note });
    toast.success(`Closed the report of ${leak.key.name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Report of ${leak.key.name}`}
      submitLabel="Close report"
      filled={note !== '' || verb !== 'resolve'}
      form={form}
      onClose={onClose}
    >
      <LeakFacts leak={leak} />
      <SegmentedChoice legend="Outcome" value={verb} choices={VERBS} onChoose={setVerb} />
      <LineField
        label="Note"
        hint="Optional. A key that the report stopped stays stopped."
        lengthMax={256}
        error={form.errors.fields.note}
        value={note}
        onValue={setNote}
      />
    </FormDialog>
  );
}

/** Places are what somebody else wrote: plain text, and never a link. */
function LeakFacts({ leak }: { readonly leak: Leak }) {
  return (
    <Facts>
      <Fact term="Prefix">
        <MaskedPrefix prefix={leak.key.prefix} />
      </Fact>
      <Fact term="Done">{ACTION_WORDS[leak.action]}</Fact>
      <Fact term="Address">
        <span className="[overflow-wrap:anywhere]">{leak.url ?? 'Not given'}</span>
      </Fact>
      <Fact term="Found in">
        <span className="[overflow-wrap:anywhere]">{leak.source ?? 'Not given'}</span>
      </Fact>
      <Fact term="Reported by">{leak.reportedBy?.name ?? REPORTER_WORDS[leak.reporter]}</Fact>
      <Fact term="Reported">{exactTime(leak.createdAt)}</Fact>
      {leak.furtherReports > 0 ? <Fact term="Further reports">{leak.furtherReports}</Fact> : null}
      {leak.closedAt ? (
        <Fact term="Closed">
          {exactTime(leak.closedAt)}
          {leak.closedBy ? ` by ${leak.closedBy.name}` : ''}
        </Fact>
      ) : null}
      {leak.note ? <Fact term="Note">{leak.note}</Fact> : null}
    </Facts>
  );
}
