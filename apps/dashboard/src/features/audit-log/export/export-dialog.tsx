import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { CopyRow } from '../../../components/copy-button.tsx';
import { CheckRow, RadioRow } from '../../../components/forms/choices.tsx';
import {
  Dialog,
  DialogBody,
  DialogClose,
  DialogFooter,
  useUnsaved,
} from '../../../components/forms/dialog.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import type { LeaveWords } from '../../../components/forms/leave-question.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { formatSize } from '../../../lib/format.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { type AuditSearch, auditFilters, isAuditFiltered } from '../../audit-events/index.ts';
import { useCan } from '../../sessions/index.ts';
import { auditLogQuery } from '../log/queries.ts';
import { type ExportState, useExport } from './use-export.ts';

const FORMATS = {
  jsonl: {
    label: 'JSON Lines',
    hint: 'Each event as the log holds it.',
    fileName: 'audit-events.jsonl',
  },
  csv: { label: 'CSV', hint: 'A table for a spreadsheet.', fileName: 'audit-events.csv' },
  ocsf: {
    label: 'OCSF',
    hint: 'JSON Lines in the Open Cybersecurity Schema, for a SIEM.',
    fileName: 'audit-events.ocsf.jsonl',
  },
} as const;
type Format = keyof typeof FORMATS;

interface ExportDialogProps {
  /** The filters of the list. */
  readonly search: AuditSearch;
  readonly onClose: () => void;
}

/** Saves the events that match the filters of the list as a file. */
export function ExportDialog({ search, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<Format>('jsonl');
  const [wantsProof, setWantsProof] = useState(false);
  const isProven = wantsProof && format === 'jsonl';
  const { state, start, cancel } = useExport();
  // Who may export need not be one who may read.
  const { data: log } = useQuery({ ...auditLogQuery, enabled: useCan('audit.read') });
  const filters = auditFilters(search, serverNow());
  return (
    <Dialog
      title="Export events"
      description={`${isAuditFiltered(search) ? 'The events that match the filters of the list' : 'All events'}, the oldest first.`}
      closesOutside={false}
      onClose={onClose}
    >
      {state.kind === 'choosing' ? (
        <>
          <DialogBody>
            <ErrorNotice messages={state.errors} />
            <FormatField format={format} onFormat={setFormat} />
            {format === 'jsonl' ? (
              <CheckRow
                label="With proof"
                hint="Verifiable without this server: adds the signed checkpoint, and hashes of what the filters leave out. Ends at the last checkpoint."
                checked={wantsProof}
                onCheck={setWantsProof}
              />
            ) : null}
          </DialogBody>
          <Buttons>
            <Button
              look="primary"
              onClick={() => {
                const { fileName } = FORMATS[format];
                return start({ ...filters, format, proof: isProven ? 'true' : 'false' }, fileName);
              }}
            >
              Export
            </Button>
          </Buttons>
        </>
      ) : null}
      {state.kind === 'running' ? <Running state={state} onCancel={cancel} /> : null}
      {state.kind === 'done' ? (
        <Done state={state} isProven={isProven} publicKey={log?.publicKey} />
      ) : null}
    </Dialog>
  );
}

interface FormatFieldProps {
  readonly format: Format;
  readonly onFormat: (format: Format) => void;
}

function FormatField({ format, onFormat }: FormatFieldProps) {
  return (
    <FieldGroup label="Format">
      {(Object.keys(FORMATS) as Format[]).map((each) => (
        <RadioRow
          key={each}
          name="format"
          label={FORMATS[each].label}
          hint={FORMATS[each].hint}
          checked={each === format}
          onChoose={() => onFormat(each)}
        />
      ))}
    </FieldGroup>
  );
}

const RUNNING: LeaveWords = {
  title: 'Stop the export?',
  text: 'The file is not complete yet.',
  leaveLabel: 'Stop',
  stayLabel: 'Keep exporting',
};

interface RunningProps {
  readonly state: Extract<ExportState, { kind: 'running' }>;
  readonly onCancel: () => void;
}

function Running({ state: { progress, newest }, onCancel }: RunningProps) {
  useUnsaved(true, RUNNING);
  const { bytes, sequence } = progress;
  return (
    <>
      <DialogBody>
        <div className="text-accent">
          <progress
            aria-label="Export"
            className="slim-bar"
            {...(sequence === undefined || newest === 0 ? {} : { value: sequence, max: newest })}
          />
        </div>
        <p>{formatSize(bytes)}</p>
      </DialogBody>
      <DialogFooter>
        <Button data-initial-focus onClick={onCancel}>
          Stop
        </Button>
      </DialogFooter>
    </>
  );
}

interface DoneProps {
  readonly state: Extract<ExportState, { kind: 'done' }>;
  readonly isProven: boolean;
  /** Of the log; undefined where it is not known. */
  readonly publicKey: string | undefined;
}

function Done({ state: { bytes, fileName }, isProven, publicKey }: DoneProps) {
  return (
    <>
      <DialogBody>
        <p role="status">
          Saved {formatSize(bytes)} as {fileName}, or as you named it.
        </p>
        {isProven ? (
          <CopyRow
            label="Verify on the command line"
            copyLabel="Copy command"
            text={`tollkeeper audit verify ${fileName}${publicKey ? ` --key ${publicKey}` : ''}`}
          />
        ) : null}
      </DialogBody>
      <DialogFooter>
        <DialogClose asChild>
          <Button look="primary" data-initial-focus>
            Close
          </Button>
        </DialogClose>
      </DialogFooter>
    </>
  );
}

function Buttons({ children }: { readonly children: ReactNode }) {
  return (
    <DialogFooter>
      <DialogClose asChild>
        <Button look="quiet">Cancel</Button>
      </DialogClose>
      {children}
    </DialogFooter>
  );
}
