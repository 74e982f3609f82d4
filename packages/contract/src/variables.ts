import { nearestName } from './nearest-name.ts';

/**
 * Every environment variable of the product that begins with its name: programs that share an
 * environment know each other's. One that holds a secret can also name a file, by the suffix `_FILE`.
 */
const SECRETS = [
  'TOLLKEEPER_SECRET',
  'TOLLKEEPER_SETUP_TOKEN',
  'TOLLKEEPER_JOIN_KEY',
  'TOLLKEEPER_API_KEY',
];
const OTHERS = [
  'TOLLKEEPER_DATA_DIR',
  'TOLLKEEPER_BASE_URL',
  'TOLLKEEPER_TRUSTED_PROXIES',
  'TOLLKEEPER_WITNESSES',
  'TOLLKEEPER_WEBHOOK_ALLOW',
  'TOLLKEEPER_GITHUB_SECRET_SCANNING_KEYS',
  'TOLLKEEPER_BILLING',
  'TOLLKEEPER_PLAN_CHANGES',
  'TOLLKEEPER_OPERATOR_EMAIL',
  'TOLLKEEPER_CONTROL_PLANE',
  'TOLLKEEPER_URL',
  'TOLLKEEPER_ORGANIZATION',
  // Between the processes of a control plane.
  'TOLLKEEPER_LIFELINE',
];
/** One wrong letter leaves one half of the product's name as it is. */
const MAY_BE_OURS = /TOLL|KEEPER/i;
/** A name further off is no misspelling, and a suggestion would mislead. */
const TYPOS_MAX = 3;
const KNOWN: readonly string[] = [...SECRETS.flatMap((name) => [name, `${name}_FILE`]), ...OTHERS];

/**
 * A sentence for each variable that begins with TOLLKEEPER_, or misses a name of ours by one letter,
 * and that nothing reads: a misspelt name would leave its setting at the default.
 * @param also further names that the program reads
 */
export function findUnknownVariables(
  names: readonly string[],
  also: readonly string[] = [],
): string[] {
  const known = [...KNOWN, ...also];
  return names
    .filter((name) => MAY_BE_OURS.test(name) && !known.includes(name))
    .filter((name) => !isOfService(name, names))
    .map((name) => ({ name, nearest: nearestName(name, known) }))
    .filter(({ name, nearest: { distance } }) => isOurs(name) || distance === 1)
    .map(
      ({ name, nearest: { each, distance } }) =>
        `${name} is not a variable that Tollkeeper reads${distance > TYPOS_MAX ? '' : `; the nearest is ${each}`}`,
    );
}

function isOurs(name: string): boolean {
  return name.toUpperCase().startsWith('TOLLKEEPER_');
}

/** Kubernetes describes each Service to every process, such as one that is called tollkeeper. */
function isOfService(name: string, names: readonly string[]): boolean {
  const [, service] = /^(\w+?)_(?:SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d\w*)$/.exec(name) ?? [];
  return service !== undefined && names.includes(`${service}_SERVICE_HOST`);
}
