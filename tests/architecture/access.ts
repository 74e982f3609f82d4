import type { Route } from '@tollkeeper/contract';

interface AccessRules {
  readonly scopes: readonly string[];
  /** Names of the routes that anyone may call. */
  readonly publicRoutes: readonly string[];
  /** Scopes that need guard no route. */
  readonly unguarded: readonly string[];
}

/** Routes without a declared access, public ones that are not listed, and scopes that guard nothing. */
export function findAccessGaps(
  routes: Readonly<Record<string, Pick<Route, 'access'>>>,
  { scopes, publicRoutes, unguarded }: AccessRules,
): string[] {
  const guarded = new Set<string>(Object.values(routes).map((route) => route.access));
  const declared = new Set(['public', 'credential', ...scopes]);
  return [
    ...Object.entries(routes)
      .filter(([, route]) => !declared.has(route.access))
      .map(([name]) => `Route ${name} declares no access that exists`),
    ...Object.entries(routes)
      .filter(([name, route]) => (route.access === 'public') !== publicRoutes.includes(name))
      .map(([name]) => `Route ${name} is public or is listed as public, but not both`),
    ...publicRoutes
      .filter((name) => !Object.hasOwn(routes, name))
      .map((name) => `There is no public route ${name}`),
    ...scopes
      .filter((scope) => guarded.has(scope) === unguarded.includes(scope))
      .map(
        (scope) => `Scope ${scope} must guard a route or be listed as guarding none, but not both`,
      ),
    ...unguarded
      .filter((scope) => !scopes.includes(scope))
      .map((scope) => `There is no scope ${scope}`),
  ];
}
