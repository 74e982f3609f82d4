import { type ApiScopes, NO_API_SCOPES } from '../scope-set.ts';
import {
  acquireText,
  createInternedTexts,
  type InternedTexts,
  releaseText,
} from './interned-texts.ts';

/** Sets of API scopes that owners hold, each stored once however many owners share it. */
export interface ApiScopeLists {
  readonly interned: InternedTexts;
  /** By number of the set. */
  readonly sets: (ApiScopes | undefined)[];
}

const ALL = '*';

export function createApiScopeLists(): ApiScopeLists {
  return { interned: createInternedTexts(), sets: [] };
}

/** The number of the set, with one use more; 0 for the empty one. */
export function acquireApiScopes(lists: ApiScopeLists, scopes: ApiScopes): number {
  if (scopes !== 'all' && scopes.size === 0) return 0;
  const id = acquireText(lists.interned, scopes === 'all' ? ALL : [...scopes].join(' '));
  lists.sets[id] ??= scopes;
  return id;
}

export function releaseApiScopes(lists: ApiScopeLists, id: number): void {
  if (releaseText(lists.interned, id)) lists.sets[id] = undefined;
}

export function apiScopesOf(lists: ApiScopeLists, id: number): ApiScopes {
  return lists.sets[id] ?? NO_API_SCOPES;
}
