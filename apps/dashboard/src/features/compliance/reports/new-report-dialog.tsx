import { useMutation } from '@tanstack/react-query';
import {
  COMPLIANCE_REPORT_KINDS,
  COMPLIANCE_REPORTS,
  type ComplianceReportKind,
  REPORT_PERIOD_DAYS,
  UNUSED_DAYS_DEFAULT,
  UNUSED_DAYS_MAX,
} from '@tollkeeper/contract';
import { useState } from 'react';
import { RadioRow } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { useExactlyOnce } from '../../../components/forms/use-exactly-once.ts';
import { Notice } from '../../../components/notice.tsx';
import { serverNow } from '../../../lib/server-clock.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useIdentity } from '../../sessions/index.ts';
import { createReportMutation } from './queries.ts';

interface Draft {
  readonly kind: ComplianceReportKind;
  readonly unusedDays: string;
  /** Days in UTC, as a date field writes them; the end is part of the period. */
  readonly from: string;
  readonly to: string;
}

interface NewReportDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (id: string) => void;
}

/** Offers the kinds whose contents the member may see elsewhere. */
export function NewReportDialog({ onClose, onCreated }: NewReportDialogProps) {
  const { scopes } = useIdentity();
  const kinds = COMPLIANCE_REPORT_KINDS.filter((kind) =>
    COMPLIANCE_REPORTS[kind].scopes.every((scope) => scopes.includes(scope)),
  );
  const [first] = useState<Draft>(() => ({
    ...firstPeriod(new Date(serverNow())),
    kind: kinds[0] ?? 'access_review',
    unusedDays: String(UNUSED_DAYS_DEFAULT),
  }));
  const [draft, setDraft] = useState(first);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const { mutateAsync } = useMutation(createReportMutation);
  const create = useExactlyOnce(bodyOf, (body, idempotencyKey) =>
    mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit(['kind', 'unusedDays', 'from', 'to'], async () =>
    onCreated((await create(draft)).id),
  );
  return (
    <FormDialog
      title="Make a report"
      description="It shows the state at this moment, and is kept as it is."
      submitLabel="Make report"
      blocked={
        kinds.length === 0 ? 'Your role shows you the contents of no report.' : blockedWords(draft)
      }
      filled={draft !== first}
      form={form}
      onClose={onClose}
    >
      {kinds.length === 0 ? (
        <Notice tone="info">
          A report needs the scopes that show the same elsewhere, such as{' '}
          <code className="font-mono">api_keys.manage_all</code> for the keys of all members.
        </Notice>
      ) : null}
      <FieldGroup label="Report" error={form.errors.fields.kind}>
        {kinds.map((kind) => (
          <RadioRow
            key={kind}
            name="kind"
            label={COMPLIANCE_REPORTS[kind].title}
            hint={COMPLIANCE_REPORTS[kind].description}
            checked={kind === draft.kind}
            onChoose={() => change({ kind })}
          />
        ))}
      </FieldGroup>
      {draft.kind === 'unused_keys' ? (
        <LineField
          label="Not used for days"
          inputMode="numeric"
          error={form.errors.fields.unusedDays}
          value={draft.unusedDays}
          onValue={(unusedDays) => change({ unusedDays })}
        />
      ) : null}
      {draft.kind === 'privileged_role_changes' ? (
        <>
          <LineField
            label="From"
            hint="Days begin at midnight UTC."
            type="date"
            error={form.errors.fields.from}
            value={draft.from}
            onValue={(from) => change({ from })}
          />
          <LineField
            label="To"
            hint="This day is part of the period, as far as it has passed."
            type="date"
            error={form.errors.fields.to}
            value={draft.to}
            onValue={(to) => change({ to })}
          />
        </>
      ) : null}
    </FormDialog>
  );
}

const DAY_MS = 86_400_000;
const dayOf = (time: Date) => time.toISOString().slice(0, 10);

function firstPeriod(now: Date): Pick<Draft, 'from' | 'to'> {
  return { from: dayOf(new Date(now.getTime() - REPORT_PERIOD_DAYS * DAY_MS)), to: dayOf(now) };
}

function bodyOf({ kind, unusedDays, from, to }: Draft) {
  if (kind === 'unused_keys') return { kind, unusedDays: Number(unusedDays) };
  if (kind !== 'privileged_role_changes') return { kind };
  const end = new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS);
  // Without an end, the period lasts until the moment of the report.
  return {
    kind,
    from: `${from}T00:00:00Z`,
    ...(end.getTime() > serverNow() ? {} : { to: end.toISOString() }),
  };
}

function blockedWords({ kind, unusedDays, from, to }: Draft): string | undefined {
  if (kind === 'unused_keys') {
    const days = /^\d{1,4}$/.test(unusedDays) ? Number(unusedDays) : 0;
    return days >= 1 && days <= UNUSED_DAYS_MAX
      ? undefined
      : `Enter a number of days from 1 to ${UNUSED_DAYS_MAX}.`;
  }
  if (kind !== 'privileged_role_changes') return undefined;
  if (from === '' || to === '') return 'Choose both days.';
  return from > to ? 'The period must begin before it ends.' : undefined;
}
