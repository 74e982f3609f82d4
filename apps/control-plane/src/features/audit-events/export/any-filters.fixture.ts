import type { AuditEvent } from '@tollkeeper/contract';
import fc from 'fast-check';

/** Up to two filters, with values that some of the events have. */
export function anyFilters(seen: readonly AuditEvent[]) {
  const anyOf = (values: readonly (string | null | undefined)[]) =>
    fc.constantFrom(...new Set(values.filter((value) => typeof value === 'string')));
  const filters = fc.record(
    {
      actorId: anyOf(seen.map(({ actor }) => ('keyId' in actor ? actor.keyId : undefined))),
      action: anyOf(
        seen
          .flatMap(({ action }) => [action, action.replace(/\..*/, '.*')])
          .filter((action) => action.includes('.')),
      ),
      targetType: anyOf(seen.map(({ target }) => target.type)),
      targetId: anyOf(seen.map(({ target }) => target.id)),
      from: anyOf(seen.map(({ at }) => at)),
      to: anyOf(seen.map(({ at }) => at)),
      ip: anyOf(seen.map(({ ip }) => ip)),
      requestId: anyOf(seen.map(({ requestId }) => requestId)),
      search: anyOf(seen.map(({ target }) => target.name.slice(0, 3))),
    },
    { requiredKeys: [] },
  );
  return filters.map((all) => Object.fromEntries(Object.entries(all).slice(0, 2)));
}
