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
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
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
  const { state, start, stop, resume, discard } = useExport();
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
      {state.kind === 'running' ? <Running state={state} onStop={stop} /> : null}
      {state.kind === 'broken' ? (
        <Broken state={state} onResume={resume} onDiscard={discard} />
      ) : null}
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
  readonly onStop: () => void;
}

function Running({ state, onStop }: RunningProps) {
  useUnsaved(true, RUNNING);
  return (
    <>
      <DialogBody>
        <Progress state={state} />
      </DialogBody>
      <DialogFooter>
        <Button data-initial-focus onClick={onStop}>
          Stop
        </Button>
      </DialogFooter>
    </>
  );
}

const BROKEN: LeaveWords = {
  title: 'Discard the export?',
  text: 'What has arrived so far is lost.',
  leaveLabel: 'Discard',
  stayLabel: 'Keep it',
};

interface BrokenProps {
  readonly state: Extract<ExportState, { kind: 'broken' }>;
  readonly onResume: () => void;
  readonly onDiscard: () => void;
}

function Broken({ state, onResume, onDiscard }: BrokenProps) {
  useUnsaved(true, BROKEN);
  return (
    <>
      <DialogBody>
        <Notice tone="bad" title="The export broke off" urgent>
          {state.errors.join(' ')} What has arrived is kept until you close this dialog.
        </Notice>
        <Progress state={state} />
      </DialogBody>
      <DialogFooter>
        <Button look="quiet" onClick={onDiscard}>
          Discard
        </Button>
        <Button look="primary" data-initial-focus onClick={onResume}>
          Resume
        </Button>
      </DialogFooter>
    </>
  );
}

interface ProgressProps {
  readonly state: Extract<ExportState, { kind: 'running' | 'broken' }>;
}

function Progress({ state: { place, newest } }: ProgressProps) {
  const { bytes, cursor } = place;
  // The sequence of the last event that has come.
  const value = cursor === undefined ? undefined : Number.parseInt(cursor, 10);
  return (
    <>
      <div className="text-accent">
        <progress
          aria-label="Export"
          className="slim-bar"
          {...(value === undefined || newest === 0 ? {} : { value, max: newest })}
        />
      </div>
      <p>{formatSize(bytes)}</p>
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
