import { Link } from '@tanstack/react-router';
import type { Scope, SecurityEffect } from '@tollkeeper/contract';
import { LoadError, Notice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { counted } from '../../lib/format.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { useCan, useIdentity } from '../sessions/index.ts';
import type { SecurityPreview } from './queries.ts';

interface PreviewPanelProps {
  readonly changed: boolean;
  /** Whether every field can be read; else there is nothing to ask about. */
  readonly readable: boolean;
  /** Whether the change limits the addresses. */
  readonly limitsAddresses: boolean;
  readonly preview: {
    readonly data: SecurityPreview | undefined;
    readonly error: Error | null;
    /** The answer is about the draft as it stands. */
    readonly current: boolean;
    readonly refetch: () => unknown;
  };
}

/** What saving would do, before it is done. */
export function PreviewPanel({ changed, readable, limitsAddresses, preview }: PreviewPanelProps) {
  const { data, error, current, refetch } = preview;
  return (
    <Panel title="What this change affects" className="xl:sticky xl:top-5">
      <div
        aria-live="polite"
        aria-busy={changed && readable && !current}
        className={joinClasses(
          'flex flex-col gap-4 px-5 pt-1 pb-5 transition-opacity',
          changed && !current && 'opacity-60',
        )}
      >
        {changed ? null : (
          <p className="text-soft">
            Change a rule to see which keys and members it would affect. Nothing is saved yet.
          </p>
        )}
        {changed && !readable ? <p className="text-soft">Correct the marked field first.</p> : null}
        {changed && readable && error ? (
          <LoadError what="the preview" error={error} onRetry={refetch} />
        ) : null}
        {changed && readable && !error && !data ? <Skeleton className="h-16 w-full" /> : null}
        {changed && readable && !error && data ? (
          <Preview preview={data} limitsAddresses={limitsAddresses} />
        ) : null}
      </div>
    </Panel>
  );
}

interface PreviewProps {
  readonly preview: SecurityPreview;
  readonly limitsAddresses: boolean;
}

function Preview({ preview, limitsAddresses }: PreviewProps) {
  const self = useIdentity().member.id;
  const { keys, keysCount, members, membersCount, excludesYou } = preview;
  return (
    <>
      {excludesYou ? (
        <Notice tone="bad" title="The ranges exclude your own address">
          You would lock yourself out, so this cannot be saved. Add a range that holds your address.
        </Notice>
      ) : null}
      {members.some(({ id, effects }) => id === self && effects.includes('needs_second_factor')) ? (
        <Notice tone="warn" title="You have no second factor yourself">
          Saving is refused until you{' '}
          <Link to="/account-security" className="text-accent underline underline-offset-2">
            set one up
          </Link>
          .
        </Notice>
      ) : null}
      {limitsAddresses ? (
        <Notice tone="info" title="The ranges apply to all keys and sessions">
          The preview does not know where they are used. Keys and sessions used from any other
          address are refused once you save.
        </Notice>
      ) : null}
      <p className="font-medium">{sumOf(keysCount, membersCount, limitsAddresses)}</p>
      <AffectedList title="Keys" scope="api_keys.read" count={keysCount} items={keys} />
      <AffectedList title="Members" scope="members.read" count={membersCount} items={members} />
    </>
  );
}

function sumOf(keysCount: number, membersCount: number, limitsAddresses: boolean): string {
  const parts = [
    ...(keysCount > 0 ? [counted(keysCount, 'key')] : []),
    ...(membersCount > 0 ? [counted(membersCount, 'member')] : []),
  ];
  if (parts.length > 0) return `${parts.join(' and ')}.`;
  return limitsAddresses ? 'No other effect.' : 'No existing key or member.';
}

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

function AffectedList({ title, scope, count, items }: AffectedListProps) {
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
