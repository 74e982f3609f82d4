import { Link } from '@tanstack/react-router';
import type { AuditEventView } from '@tollkeeper/contract';
import type { AuditSearch } from './audit-search.ts';
import { actionWords } from './event-words.ts';

interface EventLinkProps {
  readonly event: Pick<AuditEventView, 'id' | 'action'>;
  /** The list that the event's page leads back to. */
  readonly search?: AuditSearch;
}

/** What happened, as the link to all that is recorded of it. */
export function EventLink({ event: { id, action }, search = {} }: EventLinkProps) {
  return (
    <Link
      to="/audit-log/$id"
      params={{ id }}
      state={(before) => ({ ...before, auditSearch: search })}
      title={actionWords(action)}
      className="block truncate rounded-sm font-medium hover:text-accent-strong hover:underline hover:underline-offset-4"
    >
      {actionWords(action)}
    </Link>
  );
}
