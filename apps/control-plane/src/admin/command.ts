import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PLANS, type Plan } from '@tollkeeper/contract';
import { createOrganization, setPlan, transferByOperator } from '../features/organization/index.ts';
import type { WriteServices } from '../kernel/write.ts';

export const USAGE = `Usage: tollkeeper admin set-plan <${PLANS.join('|')}> [--organization <id or slug>]
       tollkeeper admin create-organization <name> --owner <email of an account> [--confirm-address]
       tollkeeper admin transfer-ownership --to <email or member id> [--organization <id or slug>] [--confirm-address]
Each takes --data-dir <folder> and --json.`;

/** The answer of a command, and the same as a sentence. */
export interface Outcome {
  readonly answer: object;
  readonly sentence: string;
}

export interface ParsedCommand {
  readonly run: (services: WriteServices) => Promise<Outcome>;
  readonly json: boolean;
  readonly dataDir: string | undefined;
}

const OPTIONS = {
  organization: { type: 'string' },
  owner: { type: 'string' },
  to: { type: 'string' },
  'confirm-address': { type: 'boolean' },
  'data-dir': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** An operator's command; undefined if the arguments are none. */
export function parseCommand(args: readonly string[]): ParsedCommand | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const { json, 'data-dir': dataDir, ...given } = values;
    const run = commandOf(positionals, given);
    return run && { run, json, dataDir };
  } catch {
    return undefined;
  }
}

interface Given {
  readonly organization?: string | undefined;
  readonly owner?: string | undefined;
  readonly to?: string | undefined;
  readonly 'confirm-address'?: boolean | undefined;
}

function commandOf(
  [verb, subject, ...rest]: readonly string[],
  given: Given,
): ParsedCommand['run'] | undefined {
  if (rest.length > 0) return undefined;
  const requestId = `req_${randomUUID()}`;
  const { organization, owner, to } = given;
  const options = { confirmAddress: given['confirm-address'] ?? false };
  if (verb === 'set-plan' && isPlan(subject) && hasOnly(given, 'organization')) {
    return (services) => runSetPlan(services, subject, organization, requestId);
  }
  if (verb === 'create-organization' && subject !== undefined && owner !== undefined) {
    if (!hasOnly(given, 'owner', 'confirm-address')) return undefined;
    return (services) => runCreateOrganization(services, subject, owner, requestId, options);
  }
  if (verb === 'transfer-ownership' && subject === undefined && to !== undefined) {
    if (!hasOnly(given, 'to', 'organization', 'confirm-address')) return undefined;
    return (services) => runTransferOwnership(services, organization, to, requestId, options);
  }
  return undefined;
}

function hasOnly(given: Given, ...names: readonly (keyof Given)[]): boolean {
  return Object.keys(given).every((name) => names.some((each) => each === name));
}

function isPlan(text: string | undefined): text is Plan {
  return PLANS.some((plan) => plan === text);
}

async function runSetPlan(...args: Parameters<typeof setPlan>): Promise<Outcome> {
  const answer = await setPlan(...args);
  const { slug, plan, before } = answer;
  return {
    answer,
    sentence: `The organization "${slug}" is on the plan ${plan} now (before: ${before}).`,
  };
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
