import type { Scope } from '@tollkeeper/contract';
import { Popover } from '../../components/popover.tsx';
import { counted } from '../../lib/format.ts';
import { groupScopes } from './scope-catalog.ts';

interface ScopesPopoverProps {
  /** A key or a role. */
  readonly holder: { readonly name: string; readonly scopes: readonly Scope[] };
}

/** The number of scopes, opening to the full set by resource. */
export function ScopesPopover({ holder }: ScopesPopoverProps) {
  const count = counted(holder.scopes.length, 'scope');
  return (
    <Popover
      label={`Scopes of ${holder.name}`}
      trigger={
        <button
          type="button"
          aria-label={`Show ${count} of ${holder.name}`}
          className="rounded-sm text-[0.8125rem] text-soft underline decoration-dotted underline-offset-4 hover:text-ink"
        >
          {count}
        </button>
      }
    >
      <p className="mb-3 font-medium">{count}</p>
      <ul className="flex flex-col gap-2.5">
        {groupScopes(holder.scopes).map(({ group, title, scopes }) => (
          <li key={group}>
            <p className="text-[0.8125rem] text-soft">{title}</p>
            <p className="font-mono text-[0.8125rem] leading-relaxed [overflow-wrap:anywhere]">
              {scopes.map(({ name }) => name).join('  ')}
            </p>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
