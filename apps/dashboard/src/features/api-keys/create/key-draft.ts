import {
  ipRange,
  keyName,
  PROFILE_CATALOG,
  type Profile,
  type RouteInput,
  type Routes,
  type Scope,
} from '@tollkeeper/contract';
import { type Expiry, expiresAt } from './expiry.ts';

export const DRAFT_FIELDS = [
  'name',
  'profile',
  'scopes',
  'workspaceId',
  'expiresAt',
  'allowedIps',
] as const;
export type DraftField = (typeof DRAFT_FIELDS)[number];

/** What the person has filled in so far. */
export interface KeyDraft {
  readonly name: string;
  readonly profile: Profile;
  /** With profile custom. */
  readonly scopes: ReadonlySet<Scope>;
  /** '' is none. */
  readonly workspaceId: string;
  readonly expiry: Expiry;
  readonly allowedIps: readonly string[];
}

export const EMPTY_DRAFT: KeyDraft = {
  name: '',
  profile: 'workspace',
  scopes: new Set(),
  workspaceId: '',
  expiry: { choice: '90', date: '' },
  allowedIps: [],
};

type Body = RouteInput<Routes['createKey']>['body'];
export type DraftErrors = Partial<Record<DraftField, string>>;

/** What is missing, in words, by field; empty when the server may be asked. */
export function checkDraft(draft: KeyDraft, now: number): DraftErrors {
  return {
    ...checkNameAndRanges(draft),
    ...(draft.profile === 'custom' && draft.scopes.size === 0
      ? { scopes: 'Choose at least one scope.' }
      : {}),
    ...(confinement(draft.profile) === 'required' && draft.workspaceId === ''
      ? { workspaceId: 'Choose the workspace that the key belongs to.' }
      : {}),
    ...(expiresAt(draft.expiry, now) === undefined
      ? { expiresAt: 'Choose a date in the future.' }
      : {}),
  };
}

/** What is wrong with the fields that a key has whatever its profile. */
export function checkNameAndRanges({
  name,
  allowedIps,
}: Pick<KeyDraft, 'name' | 'allowedIps'>): DraftErrors {
  const range = allowedIps.find((text) => !ipRange.safeParse(text).success);
  const message = nameError(name.trim());
  return {
    ...(message ? { name: message } : {}),
    ...(range ? { allowedIps: `"${range}" is not an IP address or CIDR range.` } : {}),
  };
}

function nameError(name: string): string | undefined {
  if (name === '') return 'Give the key a name.';
  return keyName.safeParse(name).success
    ? undefined
    : 'Use visible text on one line, up to 64 characters, without an API key in it.';
}

/** The request that creates the key. */
export function draftBody(draft: KeyDraft, now: number): Body {
  const confined = confinement(draft.profile) !== 'forbidden' && draft.workspaceId !== '';
  return {
    name: draft.name.trim(),
    profile: draft.profile,
    ...(draft.profile === 'custom' ? { scopes: [...draft.scopes] } : {}),
    workspaceId: confined ? draft.workspaceId : null,
    expiresAt: expiresAt(draft.expiry, now) ?? null,
    allowedIps: [...draft.allowedIps],
  };
}

export function confinement(profile: Profile) {
  return PROFILE_CATALOG[profile].confinement;
}
