import {
  ipRange,
  keyName,
  PROFILE_CATALOG,
  type Profile,
  type RouteInput,
  type Routes,
  type Scope,
  TAGS_MAX,
} from '@tollkeeper/contract';

export const DRAFT_FIELDS = [
  'name',
  'profile',
  'scopes',
  'workspaceId',
  'expiresAt',
  'allowedIps',
  'tags',
] as const;
export type DraftField = (typeof DRAFT_FIELDS)[number];

/** What the person has filled in so far. */
export interface KeyDraft {
  readonly name: string;
  /** Then the rest but the workspace and the tags says nothing. */
  readonly canary: boolean;
  readonly profile: Profile;
  /** With profile custom. */
  readonly scopes: ReadonlySet<Scope>;
  /** '' is none. */
  readonly workspaceId: string;
  readonly expiry: Expiry;
  readonly allowedIps: readonly string[];
  readonly tags: readonly string[];
}

export const EMPTY_DRAFT: KeyDraft = {
  name: '',
  canary: false,
  profile: 'workspace',
  scopes: new Set(),
  workspaceId: '',
  expiry: { choice: '90', date: '' },
  allowedIps: [],
  tags: [],
};

type Body = RouteInput<Routes['createKey']>['body'];
export type DraftErrors = Partial<Record<DraftField, string>>;

/** What is missing, in words, by field; empty when the server may be asked. */
export function checkDraft(draft: KeyDraft, now: number): DraftErrors {
  if (draft.canary) return checkWhateverProfile({ ...draft, allowedIps: [] });
  return {
    ...checkWhateverProfile(draft),
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
export function checkWhateverProfile({
  name,
  allowedIps,
  tags,
}: Pick<KeyDraft, 'name' | 'allowedIps' | 'tags'>): DraftErrors {
  const range = allowedIps.find((text) => !ipRange.safeParse(text).success);
  const message = nameError(name.trim());
  return {
    ...(message ? { name: message } : {}),
    ...(range ? { allowedIps: `"${range}" is not an IP address or CIDR range.` } : {}),
    ...(tags.length > TAGS_MAX
      ? { tags: `A key has at most ${TAGS_MAX} tags: remove ${tags.length - TAGS_MAX}.` }
      : {}),
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
  if (draft.canary) {
    const { name, workspaceId, tags } = draft;
    const bounds = { workspaceId: workspaceId === '' ? null : workspaceId, tags: [...tags] };
    return { name: name.trim(), profile: 'custom', canary: true, ...bounds };
  }
  const confined = confinement(draft.profile) !== 'forbidden' && draft.workspaceId !== '';
  return {
    name: draft.name.trim(),
    profile: draft.profile,
    ...(draft.profile === 'custom' ? { scopes: [...draft.scopes] } : {}),
    workspaceId: confined ? draft.workspaceId : null,
    expiresAt: expiresAt(draft.expiry, now) ?? null,
    allowedIps: [...draft.allowedIps],
    tags: [...draft.tags],
  };
}

export function confinement(profile: Profile) {
  return PROFILE_CATALOG[profile].confinement;
}

const DAY_MS = 86_400_000;

export const EXPIRY_CHOICES = [
  { value: 'never', label: 'No expiry', days: null },
  { value: '7', label: '7 days', days: 7 },
  { value: '30', label: '30 days', days: 30 },
  { value: '90', label: '90 days', days: 90 },
  { value: '365', label: '1 year', days: 365 },
  { value: 'date', label: 'On a date', days: null },
] as const;
/** Of a key that exists: what it has may stay. */
export const EDIT_EXPIRY_CHOICES = [
  { value: 'keep', label: 'Unchanged', days: null },
  ...EXPIRY_CHOICES,
] as const;
export type ExpiryChoice = (typeof EDIT_EXPIRY_CHOICES)[number]['value'];

export interface Expiry {
  readonly choice: ExpiryChoice;
  /** With "date": YYYY-MM-DD, in the reader's time zone. */
  readonly date: string;
}

/**
 * When a key of that choice expires; a date means its last moment. Null is never.
 * @param now milliseconds since 1970
 * @param current what "keep" keeps
 * @returns undefined when the date is missing or past
 */
export function expiresAt(
  { choice, date }: Expiry,
  now: number,
  current: string | null = null,
): string | null | undefined {
  if (choice === 'keep') return current;
  if (choice === 'never') return null;
  if (choice !== 'date') return new Date(now + Number(choice) * DAY_MS).toISOString();
  const end = new Date(`${date}T23:59:59.999`);
  if (Number.isNaN(end.getTime()) || end.getTime() <= now) return undefined;
  return end.toISOString();
}

/** So many days, as one of the choices where it is one, else as a date. */
export function startExpiry(days: number, now: number): Expiry {
  const choice = EXPIRY_CHOICES.find((each) => each.days === days);
  if (choice) return { choice: choice.value, date: '' };
  return { choice: 'date', date: localDay(now + days * DAY_MS) };
}

/** YYYY-MM-DD in the reader's time zone, as a date input wants it. */
export function localDay(now: number): string {
  const at = new Date(now);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
