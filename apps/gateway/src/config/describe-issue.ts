import { nearestName } from '@tollkeeper/contract';
import { z } from 'zod';
import { gatewayFile } from './gateway-file.ts';

const WANTED: Readonly<Record<string, string>> = {
  string: 'must be a text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must contain settings, each as "name: value"',
  record: 'must contain names with values, each as "name: value"',
};

/** What is wrong with a setting, where the schema does not say it itself. Contains no value. */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is needed' : WANTED[issue.expected];
    case 'invalid_format':
      return issue.format === 'url' ? 'must be a URL such as https://example.com' : undefined;
    case 'invalid_value':
      return `must be ${issue.values.join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `must have at most ${issue.maximum} entries`;
      return `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
};

/** Further off, it is another word, and a suggestion would mislead. */
const TYPOS_MAX = 2;

/** @param path of the setting that contains the unknown one */
export function describeUnknown(name: string, path: readonly PropertyKey[]): string {
  const known = settingsAt(path);
  if (known.length === 0) return 'is not known here';
  const { each, distance } = nearestName(name, known);
  const isNear = distance <= TYPOS_MAX && distance < name.length;
  return isNear ? `is not known here; the nearest is "${each}"` : 'is not known here';
}

/** The names of the settings below the path. */
function settingsAt(path: readonly PropertyKey[]): string[] {
  let schema: z.core.JSONSchema.JSONSchema = z.toJSONSchema(gatewayFile({}), { io: 'input' });
  for (const name of path) {
    const next = typeof name === 'number' ? schema.items : schema.properties?.[String(name)];
    if (typeof next !== 'object' || Array.isArray(next)) return [];
    schema = next;
  }
  return Object.keys(schema.properties ?? {});
}
