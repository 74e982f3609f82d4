import type { IpAddress } from '../ip-address.ts';
import type { PolicyRequest } from './request.ts';
import { type Entity, entityOf, recordOf, setOf, type Value } from './value.ts';

/**
 * What policies can ask about, with the types of Cedar; a name that ends in `?` may be missing. The
 * Cedar schema and the types of the facts below follow from these tables.
 */
export const KEY_ATTRIBUTES = {
  name: 'String',
  scopes: 'Set<String>',
  profile: 'String',
  environment: 'String',
  tags: 'Set<String>',
  createdAt: 'datetime',
  'expiresAt?': 'datetime',
} as const satisfies Attributes;

/** The labels of the gateway are tags of the route. */
export const ROUTE_ATTRIBUTES = {
  gateway: 'String',
  path: 'String',
  host: 'String',
} as const satisfies Attributes;

/** Beside `headers`, a record of the headers that policies name. */
export const CONTEXT_ATTRIBUTES = {
  ip: 'ipaddr',
  path: 'String',
  method: 'String',
  time: 'datetime',
  'model?': 'String',
  'mcp?': { method: 'String', 'tool?': 'String' },
} as const satisfies Attributes;

/**
 * Headers that hold credentials. No policy can read them: its author could find out, by asking again and
 * again, what the credentials of others are.
 */
export const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'sec-websocket-protocol',
  'x-api-key',
]);

/** The methods with a group each. A method that is not listed is in `write`. */
export const ACTION_GROUPS = {
  read: ['GET', 'HEAD', 'OPTIONS'],
  write: ['POST', 'PUT', 'PATCH', 'DELETE'],
} as const;

export interface Attributes {
  readonly [name: string]: keyof Facts | Attributes;
}

interface Facts {
  readonly String: string;
  readonly 'Set<String>': Iterable<string>;
  /** In milliseconds since 1970. */
  readonly datetime: number;
  readonly ipaddr: IpAddress;
}

type FactOf<Type> = Type extends keyof Facts ? Facts[Type] : FactsOf<Type>;
type FactsOf<Table> = {
  readonly [Name in keyof Table as Name extends `${string}?` ? never : Name]: FactOf<Table[Name]>;
} & {
  readonly [Name in keyof Table as Name extends `${infer Bare}?` ? Bare : never]?:
    | FactOf<Table[Name]>
    | undefined;
};

export type PolicyKey = FactsOf<typeof KEY_ATTRIBUTES> & {
  readonly keyId: string;
  readonly memberId: string;
  readonly roleId: string;
};

export type PolicyRoute = FactsOf<typeof ROUTE_ATTRIBUTES> & {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type PolicyCall = FactsOf<typeof CONTEXT_ATTRIBUTES> & {
  readonly headers: Iterable<readonly [name: string, value: string]>;
};

/** The principal: the key, in its owner and in the role of its owner. */
export function keyEntity(key: PolicyKey): Entity {
  const attributes = new Map<string, Value>([
    ['name', key.name],
    ['scopes', setOf(key.scopes)],
    ['profile', key.profile],
    ['environment', key.environment],
    ['tags', setOf(key.tags)],
    ['createdAt', { kind: 'datetime', amount: key.createdAt }],
  ]);
  if (key.expiresAt !== undefined) {
    attributes.set('expiresAt', { kind: 'datetime', amount: key.expiresAt });
  }
  const groups = [entityOf('Member', key.memberId), entityOf('Role', key.roleId)];
  return entityOf('ApiKey', key.keyId, {
    attributes,
    ancestors: new Set(groups.map((group) => group.key)),
    tags: new Map(),
  });
}

/** The resource, which is the same for all calls of the route. */
export function routeEntity({ id, gateway, path, host, labels }: PolicyRoute): Entity {
  return entityOf('Route', id, {
    attributes: new Map(Object.entries({ gateway, path, host })),
    ancestors: new Set(),
    tags: new Map(Object.entries(labels)),
  });
}

/** What the policies are asked about one call. */
export function callRequest(route: Entity, call: PolicyCall): Omit<PolicyRequest, 'principal'> {
  const fields = new Map<string, Value>();
  fields.set('ip', { kind: 'ip', ...call.ip, bits: call.ip.words.length * 32 });
  fields.set('path', call.path);
  fields.set('method', call.method);
  fields.set('time', { kind: 'datetime', amount: call.time });
  fields.set('headers', headersRecord(call.headers));
  if (call.model !== undefined) fields.set('model', call.model);
  if (call.mcp) fields.set('mcp', mcpRecord(call.mcp));
  return {
    action: ACTIONS.get(call.method) ?? actionEntity(call.method, 'write'),
    resource: route,
    context: { kind: 'record', fields },
  };
}

const NO_HEADERS = recordOf([]);

/** Most policies name none. */
function headersRecord(headers: PolicyCall['headers']): Value {
  return Array.isArray(headers) && headers.length === 0 ? NO_HEADERS : recordOf(headers);
}

function mcpRecord({ method, tool }: NonNullable<PolicyCall['mcp']>): Value {
  return recordOf(Object.entries(tool === undefined ? { method } : { method, tool }));
}

/** By the method; others are made as they come. */
export const ACTIONS: ReadonlyMap<string, Entity> = new Map(
  Object.entries(ACTION_GROUPS).flatMap(([group, methods]) =>
    methods.map((method) => [method, actionEntity(method, group)] as const),
  ),
);

/** The actions that `callRequest` uses again and again. */
export const KNOWN_ACTIONS: readonly Entity[] = [...ACTIONS.values()];

function actionEntity(method: string, group: string): Entity {
  const ancestors = new Set([entityOf('Action', group).key]);
  return entityOf('Action', method, { attributes: new Map(), ancestors, tags: new Map() });
}
