import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { parseCedarSchema } from './cedar-schema.ts';
import { completeCedar } from './complete-cedar.ts';

const complete = completeCedar(
  parseCedarSchema(`
entity Role;
entity ApiKey in [Role] { "name": String, "tags": Set<String>, "expiresAt"?: datetime };
entity Route { "path": String } tags String;
type Context = { "ip": ipaddr, "time": datetime, "mcp"?: { "method": String } };
action write;
action POST in [write] appliesTo { principal: ApiKey, resource: Route, context: Context };
`),
);

/** Labels that are offered at the end of the text. */
function offered(text: string, explicit = false): string[] {
  const state = EditorState.create({ doc: text });
  const context = new CompletionContext(state, text.length, explicit);
  return complete(context)?.options.map(({ label }) => label) ?? [];
}

it.each([
  ['when { principal.', ['name', 'tags', 'expiresAt']],
  ['when { principal.na', ['name', 'tags', 'expiresAt']],
  ['when { resource.', ['path', 'hasTag', 'getTag']],
  ['when { context.mcp.', ['method']],
  ['when { principal.tags.', ['contains', 'containsAll', 'containsAny', 'isEmpty']],
  ['when { context.time.', ['offset', 'durationSince', 'toDate', 'toTime']],
  ['context.time.offset(duration("1h")).', ['offset', 'durationSince', 'toDate', 'toTime']],
  ['ip("10.0.0.1").', ['isInRange', 'isIpv4', 'isIpv6', 'isLoopback', 'isMulticast']],
  ['forbid (principal, action in Action::', ['write', 'POST']],
  ['@', ['limit', 'per']],
  ['@id("a//b") @li', ['limit', 'per']],
  ['@per("', ['key', 'owner', 'ip', 'workspace']],
  ['@limit("10/second") @per("o', ['key', 'owner', 'ip', 'workspace']],
  ['@limit("10/', ['second', 'minute', 'hour', 'day']],
  ['@limit("10/second, 100/m', ['second', 'minute', 'hour', 'day']],
  ['@limit("10/second, ', ['10/second', '100/minute', '1000/hour', '10000/day']],
])('after %j offers %j', (text, labels) => {
  expect(offered(text)).toEqual(labels);
});

it('offers words of the language, variables, types and functions', () => {
  expect(offered('per')).toEqual(
    expect.arrayContaining(['permit', 'forbid', 'when', 'principal', 'ApiKey', 'Action', 'ip']),
  );
  expect(offered('permit ')).toEqual([]);
  expect(offered('permit ', true)).toContain('when');
});

it.each([
  '// principal.',
  '// @',
  '// @per("',
  'when { context.path == "@',
  '@limit("10',
  'when { context.path like "principal.',
  'when { principal.name.',
  'when { context.nothing.',
  'when { Role::',
  'when { "a".',
])('offers nothing after %j', (text) => {
  expect(offered(text)).toEqual([]);
});

it('offers the words that stand after a string and before a comment', () => {
  expect(offered('context.path like "/a//b" && princ')).toContain('principal');
});
