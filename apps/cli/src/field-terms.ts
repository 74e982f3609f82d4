import type { Command } from 'commander';

/** Options whose name is not that of the API's field in kebab-case. */
const OPTION_OF_FIELD = new Map([
  ['workspaceId', 'workspace'],
  ['roleId', 'role'],
  ['memberId', 'member'],
  ['expiresAt', 'expires'],
  ['allowedIps', 'allow-ip'],
  ['graceSeconds', 'grace'],
  ['lifetimeSeconds', 'lifetime'],
  ['usesMax', 'uses'],
  ['labels', 'label'],
  ['keyLifetimeDaysMax', 'key-lifetime'],
  ['keyUnusedDaysMax', 'key-unused'],
  ['sessionHoursMax', 'session'],
  ['twoFactorRequired', 'two-factor'],
  ['defaultExpiryDays', 'default-expiry'],
  ['replacementRoleId', 'replacement'],
]);

/** What a command calls a field of the API: `--workspace`, `<name>`; undefined if it has neither. */
export function termOf(path: string, command: Command | undefined): string | undefined {
  const [field = ''] = path.split(/[./]/, 1);
  if (!command || field === '') return undefined;
  const isArgument = command.registeredArguments.some((argument) => argument.name() === field);
  if (isArgument) return `<${field}>`;
  const option = `--${OPTION_OF_FIELD.get(field) ?? kebabCase(field)}`;
  return command.options.some(({ long }) => long === option) ? option : undefined;
}

/** A sentence of the server, with the command's own words for the fields that it names. */
export function inCommandTerms(sentence: string, command: Command | undefined): string {
  return sentence
    .replace(/\b[Tt]he field "([^"]+)"/g, (whole, path: string) => termOf(path, command) ?? whole)
    .replace(/("?)\b([a-z]+[A-Z][A-Za-z]*)\b(?:[./]\d+)?\1/g, (whole, _quote, field: string) => {
      return OPTION_OF_FIELD.has(field) ? (termOf(field, command) ?? whole) : whole;
    })
    .replace('GET /v1/scopes', '"tollkeeper scopes"');
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
