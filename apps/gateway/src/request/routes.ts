import { type Denial, findCredential, pathReadings } from '@tollkeeper/gateway-core';
import { NO_SCOPES, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import type { RouteConfig } from '../config/config.ts';
import { isBelow } from '../config/route-path.ts';
import { type Cors, prepareCors } from './cors.ts';
import { type Credentials, prepareCredentials } from './credential-places.ts';
import type { Head } from './head.ts';
import { lenientName } from './header-kinds.ts';

/** A route, with what each request needs prepared. */
export interface Route extends Omit<RouteConfig, 'credentials' | 'cors'> {
  /** Null where pages of other origins get no answer that they can read. */
  readonly cors: Cors | null;
  /** Null where keys stand where they do by default. */
  readonly credentials: Credentials | null;
  readonly isOpen: boolean;
  /** Values of WWW-Authenticate; undefined for the default. */
  readonly challenges: readonly string[] | undefined;
  readonly required: ScopeSet;
  /** The path in lower case. */
  readonly lowerPath: string;
  /** Whether some server skips a name in the path, such as `/index.php`. */
  readonly isSkippable: boolean;
  /** Of the headers that the route sets, as the most lenient reader has them. */
  readonly ownHeaders: ReadonlySet<string>;
}

/** What a request needs that no route takes: no more than every call needs. */
export const NO_ROUTE: Pick<Route, 'cors' | 'isOpen' | 'required' | 'credentials'> = {
  cors: null,
  isOpen: false,
  required: NO_SCOPES,
  credentials: null,
};

/** The key that the request presents where the route takes keys from, valid or not. */
export function findSecret(
  { rawHeaders }: { readonly rawHeaders: readonly string[] },
  head: Head,
  { credentials }: Pick<Route, 'credentials'>,
): string | Denial {
  return credentials === null ? findCredential(head) : credentials.find(rawHeaders);
}

/** Nobody's: `ambiguous` would be one route's to some reader and another's to the next. */
export type NoRoute = 'none' | 'ambiguous';

export function prepareRoutes(routes: readonly RouteConfig[]): readonly Route[] {
  return routes.map((route) => ({
    ...route,
    ...prepareCredentials(route.credentials, route.metadataUrl),
    cors: prepareCors(route.cors, route.access === 'open' ? [] : route.credentials),
    isOpen: route.access === 'open',
    required: scopeSet(route.scopes),
    lowerPath: route.path.toLowerCase(),
    isSkippable: isSkippable(route.path),
    ownHeaders: new Set(route.headers.filter((_, i) => i % 2 === 0).map(lenientName)),
  }));
}

/**
 * The route with the longest path that the request's continues. It must be the same however the
 * path is read, since an upstream may resolve escapes, fold slashes or case, drop parameters, or
 * take an escaped `?` for the end of the path: else a request could pass by one route's scopes and
 * be answered as another's.
 * @param path without the query
 */
export function findRoute(routes: readonly Route[], path: string): Route | NoRoute {
  const route = firstAbove(routes, path);
  // What the route names itself is not skipped: else no request would reach it.
  const named = route?.isSkippable ? route.lowerPath : '';
  const readings = pathReadings(path.slice(named.length) || '/');
  if (readings === undefined) return 'ambiguous';
  for (const reading of readings.folded) {
    const other = routes.find((each) => isBelow(named + reading, each.lowerPath));
    if (other !== route) return 'ambiguous';
  }
  return route ?? 'none';
}

function isSkippable(path: string): boolean {
  const { folded = [] } = pathReadings(`${path}/x`) ?? {};
  return folded.some((reading) => !isBelow(reading, path.toLowerCase()));
}

/** Without a function for each request, which `find` would take. */
function firstAbove(routes: readonly Route[], path: string): Route | undefined {
  for (const each of routes) if (isBelow(path, each.path)) return each;
  return undefined;
}
