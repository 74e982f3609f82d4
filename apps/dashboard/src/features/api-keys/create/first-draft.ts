import type { Profile, Workspace } from '@tollkeeper/contract';
import type { ScopeCatalog } from '../../scopes/index.ts';
import { chosenWorkspace } from '../../workspaces/index.ts';
import { startExpiry } from './expiry.ts';
import { confinement, EMPTY_DRAFT, type KeyDraft } from './key-draft.ts';

/** What the form starts from. */
export interface KeyFormOffer {
  readonly catalog: ScopeCatalog;
  readonly workspaces: readonly Workspace[];
  /** Default lifetime of the organization's keys in days. */
  readonly defaultExpiryDays: number | null;
}

/** The first profile that gives this member anything, for the time that the organization asks. */
export function firstDraft(offer: KeyFormOffer, now: number): KeyDraft {
  const { catalog, workspaces, defaultExpiryDays } = offer;
  const usable = catalog.profiles.find(
    ({ scopes, confinement: reach }) =>
      scopes.length > 0 && (reach !== 'required' || workspaces.length > 0),
  );
  const profile = usable?.name ?? 'custom';
  return {
    ...EMPTY_DRAFT,
    ...(defaultExpiryDays === null ? {} : { expiry: startExpiry(defaultExpiryDays, now) }),
    profile,
    workspaceId: startWorkspace(profile, workspaces),
  };
}

/**
 * The workspace that the person looks at. Else the first one where one is needed; elsewhere
 * confining the key is up to the person.
 */
export function startWorkspace(profile: Profile, workspaces: readonly Workspace[]): string {
  const reach = confinement(profile);
  if (reach === 'forbidden') return '';
  const chosen = workspaces.find(({ id }) => id === chosenWorkspace());
  return chosen?.id ?? (reach === 'required' ? (workspaces[0]?.id ?? '') : '');
}
