import {
  ACTION_GROUPS,
  type Attributes,
  CONTEXT_ATTRIBUTES,
  KEY_ATTRIBUTES,
  ROUTE_ATTRIBUTES,
} from './entity-model.ts';

/**
 * The Cedar schema that policies are validated with.
 * @param headers names of the headers that policies may ask for, in lower case
 */
export function policySchema(headers: Iterable<string>): string {
  const named = Object.fromEntries(
    [...headers].sort().map((name) => [`${name}?`, 'String' as const]),
  );
  const context = { ...CONTEXT_ATTRIBUTES, headers: named };
  return [
    'entity Role;',
    'entity Member in [Role];',
    `entity ApiKey in [Member, Role] ${record(KEY_ATTRIBUTES)};`,
    `entity Route ${record(ROUTE_ATTRIBUTES)} tags String;`,
    `type Context = ${record(context)};`,
    ...Object.entries(ACTION_GROUPS).flatMap(([group, methods]) => [
      `action ${group};`,
      `action ${methods.join(', ')} in [${group}] appliesTo {`,
      '  principal: ApiKey,',
      '  resource: Route,',
      '  context: Context,',
      '};',
    ]),
    '',
  ].join('\n');
}

function record(attributes: Attributes, indent = ''): string {
  const inner = `${indent}  `;
  const lines = Object.entries(attributes).map(([name, type]) => {
    const isOptional = name.endsWith('?');
    const quoted = JSON.stringify(isOptional ? name.slice(0, -1) : name);
    const text = typeof type === 'string' ? type : record(type, inner);
    return `${inner}${quoted}${isOptional ? '?' : ''}: ${text},\n`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`;
}
