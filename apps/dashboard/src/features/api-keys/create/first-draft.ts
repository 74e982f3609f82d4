import type { Profile, Workspace } from '@tollkeeper/contract';
import { confinement, EMPTY_DRAFT, type KeyDraft } from './key-draft.ts';
import type { ScopeCatalog } from '../../scopes/index.ts';

/** The first profile that gives this member anything. */
export function firstDraft({ profiles }: ScopeCatalog, workspaces: readonly Workspace[]): KeyDraft {
  const usable = profiles.find(
    ({ scopes, confinement: reach }) =>
      scopes.length > 0 && (reach !== 'required' || workspaces.length > 0),
  );
  const profile = usable?.name ?? 'custom';
  return { ...EMPTY_DRAFT, profile, workspaceId: startWorkspace(profile, workspaces) };
}

/** The first workspace where one is needed; elsewhere confining the key is up to the person. */
export function startWorkspace(profile: Profile, [first]: readonly Workspace[]): string {
  return confinement(profile) === 'required' ? (first?.id ?? '') : '';
}
