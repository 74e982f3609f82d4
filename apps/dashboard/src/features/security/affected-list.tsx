import type { Scope, SecurityEffect } from '@tollkeeper/contract';
import { counted } from '../../lib/format-count.ts';
import { useCan } from '../sessions/index.ts';

const EFFECTS: Readonly<Record<SecurityEffect, string>> = {
  expires_sooner: 'expires sooner',
  expires_later: 'expires later',
  expires_now: 'expires at once',
  works_again: 'works again',
  disabled_by_next_job: 'disabled by the next daily job',
  address_refused: 'its own addresses are all outside the ranges',
  needs_second_factor: 'must set up a second factor',
  session_ends: 'a session ends at once',
};

interface AffectedListProps {
  readonly title: string;
  /** What it takes to see their names. */
  readonly scope: Scope;
  /** All of them; the server names the first hundred. */
  readonly count: number;
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    readonly prefix?: string;
    readonly effects: readonly SecurityEffect[];
  }[];
}

export function AffectedList({ title, scope, count, items }: AffectedListProps) {
  if (count === 0) return null;
  if (items.length === 0) return <CountOnly title={title} scope={scope} />;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-[0.8125rem] text-soft">{title}</h3>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it
        tabIndex={0}
        className="max-h-64 divide-y divide-line overflow-y-auto rounded-lg border border-line"
      >
        {items.map(({ id, name, prefix, effects }) => (
          <li key={id} className="px-3 py-2">
            <p className="flex items-baseline justify-between gap-3">
              <span className="truncate font-medium" title={name}>
                {name}
              </span>
              {prefix ? (
                <code className="shrink-0 font-mono text-[0.8125rem] text-soft">{prefix}…</code>
              ) : null}
            </p>
            <p className="text-[0.8125rem] text-soft">
              {effects.map((effect) => EFFECTS[effect]).join(', ')}
            </p>
          </li>
        ))}
      </ul>
      {count > items.length ? (
        <p className="mt-1 text-[0.8125rem] text-soft">
          and {counted(count - items.length, title === 'Keys' ? 'other key' : 'other member')}
        </p>
      ) : null}
    </section>
  );
}

function CountOnly({ title, scope }: Pick<AffectedListProps, 'title' | 'scope'>) {
  const mayName = useCan(scope);
  return (
    <p className="text-[0.8125rem] text-soft">
      {mayName
        ? `${title}: all of them belong to others, so your role sees the count only.`
        : `${title}: your role sees the count only. Their names need the scope ${scope}.`}
    </p>
  );
}
