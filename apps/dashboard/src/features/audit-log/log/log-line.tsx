import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { SecondsAgo } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { LogDialog } from './log-dialog.tsx';
import { type AuditLog, auditLogQuery } from './queries.ts';

/** Up to which event the log is proved, and the way to how that can be checked. */
export function LogLine() {
  const { data } = useQuery(auditLogQuery);
  const [isOpen, setOpen] = useState(false);
  if (!data) return null;
  return (
    <p className="mb-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-[0.8125rem] text-soft">
      <StatusWord tone={data.problem === null ? 'good' : 'bad'}>
        <LogWords log={data} />
      </StatusWord>
      <Button size="small" look="quiet" onClick={() => setOpen(true)}>
        Proof and retention
      </Button>
      {isOpen ? <LogDialog log={data} onClose={() => setOpen(false)} /> : null}
    </p>
  );
}

function LogWords({ log: { problem, size, checkpointAt } }: { readonly log: AuditLog }) {
  if (problem !== null) return 'The stored log was changed';
  if (checkpointAt === null) return 'No checkpoint yet';
  return (
    <span>
      Signed up to event {formatCount(size)}, <SecondsAgo at={checkpointAt} />
    </span>
  );
}
