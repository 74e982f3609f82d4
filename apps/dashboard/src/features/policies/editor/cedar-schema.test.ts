import { expect, it } from 'vitest';
import { parseCedarSchema } from './cedar-schema.ts';

const SCHEMA = `entity Role;
entity Member in [Role];
entity ApiKey in [Member, Role] {
  "name": String,
  "scopes": Set<String>,
  "expiresAt"?: datetime,
};
entity Route {
  "path": String,
} tags String;
type Context = {
  "ip": ipaddr,
  "mcp"?: {
    "method": String,
    "tool"?: String,
  },
  "headers": {},
};
action read;
action GET, HEAD in [read] appliesTo {
  principal: ApiKey,
  resource: Route,
  context: Context,
};
`;

it('reads attributes of entities, and which may be missing', () => {
  const { entities } = parseCedarSchema(SCHEMA);
  expect([...entities.keys()]).toEqual(['Role', 'Member', 'ApiKey', 'Route']);
  expect(entities.get('ApiKey')).toEqual(
    new Map([
      ['name', { type: 'String', isOptional: false }],
      ['scopes', { type: 'Set<String>', isOptional: false }],
      ['expiresAt', { type: 'datetime', isOptional: true }],
    ]),
  );
});

it('reads what the variables are, records inside records too', () => {
  const { variables, entities } = parseCedarSchema(SCHEMA);
  expect(variables.get('principal')).toBe(entities.get('ApiKey'));
  expect(variables.get('resource')).toBe(entities.get('Route'));
  const context = variables.get('context');
  expect(context?.get('mcp')).toEqual({
    isOptional: true,
    type: new Map([
      ['method', { type: 'String', isOptional: false }],
      ['tool', { type: 'String', isOptional: true }],
    ]),
  });
  expect(context?.get('headers')).toEqual({ isOptional: false, type: new Map() });
});

it('reads the actions and their groups', () => {
  expect(parseCedarSchema(SCHEMA).actions).toEqual(['read', 'GET', 'HEAD']);
});

it.each(['', 'entity', 'entity ApiKey {', 'type Context = { "a": ', '}};;{{', 'action'])(
  'gets less out of %j, and does not fail',
  (text) => {
    expect(parseCedarSchema(text).variables.size).toBe(0);
  },
);
