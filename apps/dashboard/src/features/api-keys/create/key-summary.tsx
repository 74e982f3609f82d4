import { PROFILE_CATALOG, type Workspace } from '@tollkeeper/contract';
import { exactDay } from '../../../lib/exact-time.ts';
import { counted } from '../../../lib/format-count.ts';
import { useNow } from '../../../lib/use-now.ts';
import type { ScopeCatalog } from '../../scopes/index.ts';
import { expiresAt } from './expiry.ts';
import { confinement, type KeyDraft } from './key-draft.ts';

interface KeySummaryProps {
  readonly draft: KeyDraft;
  readonly catalog: ScopeCatalog;
  readonly workspaces: readonly Workspace[];
}

/** What is about to be created, before it is. */
export function KeySummary({ draft, catalog, workspaces }: KeySummaryProps) {
  const now = useNow();
  return (
    <section aria-label="Summary" className="rounded-lg bg-sunken px-4 py-3">
      <p className="text-[0.8125rem] text-soft">You are about to create</p>
      <p className="[overflow-wrap:anywhere]">
        <strong className="font-semibold">{draft.name.trim() || 'a key without a name yet'}</strong>
        {`: ${PROFILE_CATALOG[draft.profile].title.toLowerCase()} profile, `}
        {counted(scopeCount(draft, catalog), 'scope')}, {reach(draft, workspaces)},{' '}
        {lifetime(draft, now)}, {addresses(draft)}.
      </p>
    </section>
  );
}

function scopeCount({ profile, scopes }: KeyDraft, { profiles }: ScopeCatalog): number {
  if (profile === 'custom') return scopes.size;
  return profiles.find(({ name }) => name === profile)?.scopes.length ?? 0;
}

function reach({ profile, workspaceId }: KeyDraft, workspaces: readonly Workspace[]): string {
  if (confinement(profile) === 'forbidden' || workspaceId === '') return 'in every workspace';
  const workspace = workspaces.find(({ id }) => id === workspaceId);
  return `in the workspace ${workspace?.name ?? workspaceId}`;
}

function lifetime({ expiry }: KeyDraft, now: number): string {
  const at = expiresAt(expiry, now);
  if (at === undefined) return 'until a date to be picked';
  return at === null ? 'without an expiry' : `until ${exactDay(at)}`;
}

function addresses({ allowedIps }: KeyDraft): string {
  return allowedIps.length === 0
    ? 'from any address'
    : `from ${counted(allowedIps.length, 'address range')}`;
}
