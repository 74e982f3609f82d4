import {
  KEY_SORTS,
  KEY_STATES,
  type KeySort,
  type KeyState,
  keyTag,
  memberId,
  normalizeTags,
  VISIBLE_LINE,
  workspaceId,
} from '@tollkeeper/contract';

/** What the address of the list says. Absent means the default. */
export interface KeySearch {
  readonly search?: string;
  readonly state?: KeyState;
  readonly owner?: string;
  readonly workspace?: string;
  /** Tags that each key has, with commas between them. */
  readonly tags?: string;
  readonly sort?: KeySort;
  readonly order?: 'asc' | 'desc';
  readonly cursor?: string;
}

/** Keeps what the server would understand: an address may be old, cut or mistyped. */
export function parseKeySearch(raw: Record<string, unknown>): KeySearch {
  const text = (name: string) => (typeof raw[name] === 'string' ? raw[name] : '');
  const search = text('search').slice(0, 64);
  const state = KEY_STATES.find((name) => name === raw.state);
  const sort = KEY_SORTS.find((name) => name === raw.sort);
  const tags = parseTags(text('tags'));
  const order = raw.order === 'asc' || raw.order === 'desc' ? raw.order : undefined;
  return {
    ...(search && VISIBLE_LINE.test(search) ? { search } : {}),
    ...(state ? { state } : {}),
    ...(memberId.safeParse(raw.owner).success ? { owner: text('owner') } : {}),
    ...(workspaceId.safeParse(raw.workspace).success ? { workspace: text('workspace') } : {}),
    ...(tags.length > 0 ? { tags: tags.join(',') } : {}),
    ...(sort ? { sort } : {}),
    ...(order ? { order } : {}),
    ...(/^[\w-]{1,512}$/.test(text('cursor')) ? { cursor: text('cursor') } : {}),
  };
}

/** The search with another filter or sort, from the first page again; '' takes a filter away. */
export function refineSearch(
  { cursor: _page, ...search }: KeySearch,
  change: { readonly [K in keyof KeySearch]?: string },
): KeySearch {
  return parseKeySearch({ ...search, ...change });
}

export function isFiltered({ search, state, owner, workspace, tags }: KeySearch): boolean {
  return Boolean(search || state || owner || workspace || tags);
}

export function tagsOf({ tags }: KeySearch): string[] {
  return tags ? tags.split(',') : [];
}

export function searchWithTag(search: KeySearch, tag: string): KeySearch {
  return refineSearch(search, { tags: [...tagsOf(search), tag].join(',') });
}

export function searchWithoutTag(search: KeySearch, tag: string): KeySearch {
  const tags = tagsOf(search).filter((other) => other !== tag);
  return refineSearch(search, { tags: tags.join(',') });
}

/** As many as the server takes at once. */
const TAGS_TEXT_MAX = 512;

function parseTags(text: string): string[] {
  const tags = normalizeTags(text.split(',')).filter((tag) => keyTag.safeParse(tag).success);
  while (tags.join(',').length > TAGS_TEXT_MAX) tags.pop();
  return tags;
}

export const SORT_CHOICES = [
  { value: 'createdAt.desc', label: 'Newest first' },
  { value: 'createdAt.asc', label: 'Oldest first' },
  { value: 'name.asc', label: 'Name, A to Z' },
  { value: 'name.desc', label: 'Name, Z to A' },
  { value: 'lastUsedAt.desc', label: 'Recently used' },
  { value: 'lastUsedAt.asc', label: 'Longest unused' },
  { value: 'expiresAt.asc', label: 'Expiring soonest' },
  { value: 'expiresAt.desc', label: 'Expiring last' },
] as const;

interface Sort {
  readonly sort: KeySort;
  readonly order: 'asc' | 'desc';
}

export function currentSort({ sort = 'createdAt', order = 'desc' }: KeySearch): Sort {
  return { sort, order };
}

/** What a click on the column's heading leads to: its useful direction first, then the other. */
export function nextSort(current: Sort, column: KeySort): Sort {
  if (current.sort === column) {
    return { sort: column, order: current.order === 'asc' ? 'desc' : 'asc' };
  }
  return { sort: column, order: column === 'name' || column === 'expiresAt' ? 'asc' : 'desc' };
}
