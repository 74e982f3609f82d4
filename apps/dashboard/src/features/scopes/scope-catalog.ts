import { queryOptions, useQuery } from '@tanstack/react-query';
import {
  isBuiltInScope,
  type RouteOutput,
  type Routes,
  SCOPE_CATALOG,
  type Scope,
  type ScopeGroup,
} from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

/** What forms offer: scopes with whether the member holds them, and what each profile gives. */
export type ScopeCatalog = RouteOutput<Routes['listScopes']>;

export const scopeCatalogQuery = queryOptions({
  queryKey: ['scopes'],
  queryFn: ({ signal }) => api.listScopes({}, { signal }),
  staleTime: 60_000,
});

const TITLES: Readonly<Record<ScopeGroup, string>> = {
  organization: 'Organization',
  members: 'Members',
  api_keys: 'API keys',
  policies: 'Policies',
  fleet: 'Fleet',
  audit: 'Audit',
  billing: 'Billing',
  security: 'Security',
  roles: 'Roles',
  compliance: 'Compliance',
  integrations: 'Integrations',
  notifications: 'Notifications',
  workspaces: 'Workspaces',
  usage: 'Usage',
  apis: 'Your APIs',
};

export interface NamedScope {
  readonly name: Scope;
  readonly description: string;
}

export interface ScopesOfResource {
  readonly group: ScopeGroup | 'api_scopes';
  readonly title: string;
  readonly scopes: readonly NamedScope[];
}

/**
 * The scopes by resource, both in the catalog's order; resources without any are left out. API scopes
 * are the last group, by name.
 * @param catalog describes API scopes
 */
export function groupScopes(
  names: readonly Scope[],
  catalog?: Pick<ScopeCatalog, 'scopes'>,
): ScopesOfResource[] {
  const wanted = new Set(names);
  const groups = new Map<ScopeGroup, NamedScope[]>();
  for (const scope of SCOPE_CATALOG) {
    if (!wanted.has(scope.name)) continue;
    groups.set(scope.group, [...(groups.get(scope.group) ?? []), scope]);
  }
  const builtIn = Array.from(groups, ([group, scopes]) => ({
    group,
    title: TITLES[group],
    scopes,
  }));
  const own = [...wanted].filter((name) => !isBuiltInScope(name)).sort();
  if (own.length === 0) return builtIn;
  const descriptions = new Map(catalog?.scopes.map((each) => [each.name, each.description]));
  const scopes = own.map((name) => ({ name, description: descriptions.get(name) ?? '' }));
  return [...builtIn, { group: 'api_scopes', title: 'API scopes', scopes }];
}

/** The same, with what the organization says of its API scopes. */
export function useGroupedScopes(names: readonly Scope[]): ScopesOfResource[] {
  const { data } = useQuery(scopeCatalogQuery);
  return groupScopes(names, data);
}

/** The groups and scopes whose name, title or description holds every word of the text. */
export function searchScopes(
  groups: readonly ScopesOfResource[],
  text: string,
): ScopesOfResource[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map((group) => ({
      ...group,
      scopes: group.scopes.filter(({ name, description }) => {
        const searched = `${group.title} ${name} ${description}`.toLowerCase();
        return words.every((word) => searched.includes(word));
      }),
    }))
    .filter(({ scopes }) => scopes.length > 0);
}

type SelectionState = 'all' | 'some' | 'none';

/** How much of what can be chosen is chosen. Nothing to choose counts as none. */
export function selectionState(
  choosable: readonly Scope[],
  selected: ReadonlySet<Scope>,
): SelectionState {
  const count = choosable.filter((name) => selected.has(name)).length;
  if (count === 0) return 'none';
  return count === choosable.length ? 'all' : 'some';
}

/** Chooses all of them; if all are chosen already, none. Leaves the others as they are. */
export function toggleScopes(
  choosable: readonly Scope[],
  selected: ReadonlySet<Scope>,
): ReadonlySet<Scope> {
  const next = new Set(selected);
  const add = selectionState(choosable, selected) !== 'all';
  for (const name of choosable) {
    if (add) next.add(name);
    else next.delete(name);
  }
  return next;
}
