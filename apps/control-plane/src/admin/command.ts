import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PLANS, type Plan } from '@tollkeeper/contract';
import { DomainError } from '../domain-error.ts';
import {
  resetPasswordByOperator,
  resetSecondFactorsByOperator,
} from '../features/identity/index.ts';
import { createOrganization, transferByOperator } from '../features/organization/index.ts';
import { createResetLink } from '../features/password-resets/index.ts';
import type { WriteServices } from '../write/write.ts';
import { type Outcome, requestsCommand, setPlanCommand } from './billing-commands.ts';

export const USAGE = `Usage: tollkeeper admin set-plan <${PLANS.join('|')}> [--organization <id or slug>]
         [--key-limit <keys>] [--until <date or time>] [--note <text>]
       tollkeeper admin requests list
       tollkeeper admin requests approve <organization> <plan> [--note <text>]
       tollkeeper admin requests decline <organization> [--note <text>]
       tollkeeper admin create-organization <name> --owner <email of an account> [--confirm-address]
       tollkeeper admin transfer-ownership --to <email or member id> [--organization <id or slug>] [--confirm-address]
       tollkeeper admin reset-password <email> [--link | --password-stdin]
       tollkeeper admin reset-second-factors <email>
Each takes --data-dir <folder> and --json.`;

export interface ParsedCommand {
  /** @param baseUrl where people reach the server, if that is known */
  readonly run: (services: WriteServices, baseUrl: string | undefined) => Promise<Outcome>;
  readonly json: boolean;
  readonly dataDir: string | undefined;
}

const OPTIONS = {
  organization: { type: 'string' },
  'key-limit': { type: 'string' },
  until: { type: 'string' },
  note: { type: 'string' },
  owner: { type: 'string' },
  to: { type: 'string' },
  'confirm-address': { type: 'boolean' },
  'password-stdin': { type: 'boolean' },
  link: { type: 'boolean' },
  'data-dir': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/**
 * An operator's command; undefined if the arguments are none.
 * @param readPassword reads the password that --password-stdin announces
 */
export function parseCommand(
  args: readonly string[],
  readPassword: () => Promise<string>,
): ParsedCommand | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const { json, 'data-dir': dataDir, ...given } = values;
    const run = commandOf(readPassword, positionals, given);
    return run && { run, json, dataDir };
  } catch {
    return undefined;
  }
}

interface Given {
  readonly organization?: string | undefined;
  readonly 'key-limit'?: string | undefined;
  readonly until?: string | undefined;
  readonly note?: string | undefined;
  readonly owner?: string | undefined;
  readonly to?: string | undefined;
  readonly 'confirm-address'?: boolean | undefined;
  readonly 'password-stdin'?: boolean | undefined;
  readonly link?: boolean | undefined;
}

function commandOf(
  readPassword: () => Promise<string>,
  [verb, subject, ...rest]: readonly string[],
  given: Given,
): ParsedCommand['run'] | undefined {
  const requestId = `req_${randomUUID()}`;
  if (verb === 'requests' && hasOnly(given, 'note')) {
    return requestsCommand([subject, ...rest], given.note, requestId);
  }
  if (rest.length > 0) return undefined;
  const { organization, owner, to } = given;
  const options = { confirmAddress: given['confirm-address'] ?? false };
  if (verb === 'set-plan' && isPlan(subject)) {
    if (!hasOnly(given, 'organization', 'key-limit', 'until', 'note')) return undefined;
    return setPlanCommand(subject, given, requestId);
  }
  if (verb === 'create-organization' && subject !== undefined && owner !== undefined) {
    if (!hasOnly(given, 'owner', 'confirm-address')) return undefined;
    return (services) => runCreateOrganization(services, subject, owner, requestId, options);
  }
  if (verb === 'transfer-ownership' && subject === undefined && to !== undefined) {
    if (!hasOnly(given, 'to', 'organization', 'confirm-address')) return undefined;
    return (services) => runTransferOwnership(services, organization, to, requestId, options);
  }
  if (verb === 'reset-password' && subject !== undefined && given.link && hasOnly(given, 'link')) {
    return (services, baseUrl) => runCreateResetLink(services, subject, baseUrl, requestId);
  }
  if (verb === 'reset-password' && subject !== undefined && hasOnly(given, 'password-stdin')) {
    const read = given['password-stdin'] ? readPassword : undefined;
    return (services) => runResetPassword(services, subject, read, requestId);
  }
  if (verb === 'reset-second-factors' && subject !== undefined && hasOnly(given)) {
    return (services) => runResetSecondFactors(services, subject, requestId);
  }
  return undefined;
}

function hasOnly(given: Given, ...names: readonly (keyof Given)[]): boolean {
  return Object.keys(given).every((name) => names.some((each) => each === name));
}

function isPlan(text: string | undefined): text is Plan {
  return PLANS.some((plan) => plan === text);
}

async function runCreateOrganization(
  ...args: Parameters<typeof createOrganization>
): Promise<Outcome> {
  const answer = await createOrganization(...args);
  return { answer, sentence: `The organization "${answer.slug}" belongs to ${args[2]} now.` };
}

async function runTransferOwnership(
  ...args: Parameters<typeof transferByOperator>
): Promise<Outcome> {
  const answer = await transferByOperator(...args);
  return {
    answer,
    sentence: `The organization "${answer.slug}" belongs to ${answer.ownerEmail} now; the former owner is an admin.`,
  };
}

const GENERATED_BYTES = 18;

async function runResetPassword(
  services: WriteServices,
  email: string,
  readPassword: (() => Promise<string>) | undefined,
  requestId: string,
): Promise<Outcome> {
  const generated = Buffer.from(services.randomBytes(GENERATED_BYTES)).toString('base64url');
  const password = readPassword ? await readPassword() : generated;
  const isGenerated = readPassword === undefined;
  const { email: reset } = await resetPasswordByOperator(
    services,
    email,
    password,
    requestId,
    isGenerated,
  );
  const ended = `The password of ${reset} is reset, and their sessions have ended.`;
  if (readPassword) return { answer: { email: reset }, sentence: ended };
  return {
    answer: { email: reset, password },
    sentence: `${ended} Shown only now, to be changed after the sign-in: ${password}`,
  };
}

async function runCreateResetLink(
  services: WriteServices,
  email: string,
  baseUrl: string | undefined,
  requestId: string,
): Promise<Outcome> {
  if (baseUrl === undefined) {
    throw new DomainError(
      'invalid_state',
      'Cannot make a link: the address of the server is not known. Start the server, or set TOLLKEEPER_BASE_URL as it does.',
    );
  }
  const answer = await createResetLink(services, email, baseUrl, requestId);
  return {
    answer,
    sentence: `With this link, ${answer.email} chooses a new password, once and within the hour. Hand it over yourself; it is shown only now: ${answer.link}`,
  };
}

async function runResetSecondFactors(
  ...args: Parameters<typeof resetSecondFactorsByOperator>
): Promise<Outcome> {
  const answer = await resetSecondFactorsByOperator(...args);
  return {
    answer,
    sentence: `The second factors of ${answer.email} are removed, and their sessions have ended.`,
  };
}
