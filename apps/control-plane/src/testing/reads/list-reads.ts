import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { z } from 'zod';

/** A GET request of the API: its path and query. */
export interface Read {
  readonly route: RouteName;
  /** With `{id}` for each parameter, as the contract declares it. */
  readonly pattern: string;
  readonly path: string;
}

/** What the requests may name: the first that has the form of a parameter stands for it. */
export interface Known {
  readonly ids: readonly string[];
  /** Texts to search for: frequent, rare, short. */
  readonly searches: readonly string[];
  /** Tags to filter by: frequent, rare, of no key. */
  readonly tags: readonly string[];
  /** Further filters by their names, each with values of all kinds: frequent, rare, of nothing. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** They read all that there is, in parts, and are measured by what they send in a second. */
const WHOLE: readonly RouteName[] = ['exportAuditEvents', 'exportComplianceReport'];
/** They need a checkpoint: there is none here. */
const NOT_HERE: readonly RouteName[] = [
  'getKeyReceipt',
  'getAuditProof',
  'getAuditCheckpoint',
  'getAuditTile',
];

/**
 * Every GET of one page that the contract declares: bare, with each value of each filter, with each order of
 * each sort, and with each search. A route that the contract gains is among them by itself.
 * @throws Error naming a parameter for which nothing is known
 */
export function listReads(known: Known): Read[] {
  return Object.entries(routes)
    .map(([name, route]) => [name as RouteName, route] as const)
    .filter(([name, { method }]) => method === 'GET' && ![...WHOLE, ...NOT_HERE].includes(name))
    .flatMap(([name, route]) => readsOf(name, route, known));
}

function readsOf(name: RouteName, route: Route, known: Known): Read[] {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
    const [value] = route.params ? valuesOf(parameter, route.params.shape[parameter], known) : [];
    return value ?? fail(name, parameter);
  });
  return queriesOf(name, route, known).map((query) => ({
    route: name,
    pattern: route.path,
    path: query === '' ? path : `${path}?${query}`,
  }));
}

/** Fields that the bare request shows, or that only an earlier answer can give. */
const NOT_VARIED: ReadonlySet<string> = new Set(['cursor', 'order']);

function queriesOf(name: RouteName, { query }: Route, known: Known): string[] {
  const single = Object.entries(query?.shape ?? {})
    .filter(([field]) => !NOT_VARIED.has(field))
    .flatMap(([field, schema]) => {
      const values = valuesOf(field, schema, known);
      if (values.length === 0) fail(name, field);
      return values.map((value) => new URLSearchParams({ [field]: value }).toString());
    });
  const orders = valuesOf('order', query?.shape.order, known);
  const ordered = single
    .filter((each) => each.startsWith('sort='))
    .flatMap((each) => orders.map((order) => `${each}&order=${order}`));
  // In an order that no index of a search or of tags has.
  const sorted = single
    .filter((each) => each.startsWith('search=') || each.startsWith('tags='))
    .flatMap((each) => ordered.filter(isByName).map((order) => `${each}&${order}`));
  // Some must be asked for something.
  const bare = query === undefined || query.safeParse({}).success ? [''] : [];
  return [...bare, ...single, ...ordered, ...sorted];
}

const isByName = (order: string) => order.startsWith('sort=name');

function valuesOf(field: string, schema: unknown, known: Known): readonly string[] {
  if (field === 'search') return known.searches;
  if (field === 'tags') return known.tags;
  if (field === 'limit') return ['100'];
  if (known.filters[field]) return known.filters[field];
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map(String);
  if (!(inner instanceof z.ZodType)) return [];
  const id = known.ids.find((each) => inner.safeParse(each).success);
  return id === undefined ? [] : [id];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

function fail(name: RouteName, parameter: string): never {
  throw new Error(`Nothing is known to ask ${name} for as "${parameter}": add it to Known`);
}
