/** The operator's commands, on the server's own database: `tollkeeper admin …`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PLANS, type Plan } from '@tollkeeper/contract';
import { ConfigError, readConfig } from './config.ts';
import { connect } from './db/connect.ts';
import { EmbeddedPostgresError } from './db/embedded/index.ts';
import { migrateDatabase } from './db/migrate.ts';
import { borrowDatabase } from './db/open-database.ts';
import { createOrganization, setPlan } from './features/organization/index.ts';
import { DomainError } from './kernel/domain-error.ts';
import { waitForFollowers } from './kernel/lease.ts';

const USAGE = `Usage: tollkeeper admin set-plan <${PLANS.join('|')}> [--organization <id or slug>] [--json]
       tollkeeper admin create-organization <name> --owner <email of an account> [--json]`;

type AdminServices = Parameters<typeof setPlan>[0];

/** What to do on the database; its answer, and the same as a sentence. */
type Command = (services: AdminServices) => Promise<{ answer: object; sentence: string }>;

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  const parsed = parse(args);
  if (!parsed) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const { answer, sentence } = await onDatabase(parsed.command);
    process.stdout.write(`${parsed.json ? JSON.stringify(answer) : sentence}\n`);
    return 0;
  } catch (error) {
    const expected =
      error instanceof DomainError ||
      error instanceof ConfigError ||
      error instanceof EmbeddedPostgresError;
    process.stderr.write(`${expected ? error.message : (error as Error).stack}\n`);
    return error instanceof DomainError && error.code === 'not_found' ? 5 : 1;
  }
}

function parse(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        organization: { type: 'string' },
        owner: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [verb, subject, ...rest] = positionals;
    if (subject === undefined || rest.length > 0) return undefined;
    const command = commandOf(verb, subject, values);
    return command && { command, json: values.json };
  } catch {
    return undefined;
  }
}

function commandOf(
  verb: string | undefined,
  subject: string,
  { organization, owner }: { organization?: string; owner?: string },
): Command | undefined {
  const requestId = `req_${randomUUID()}`;
  if (verb === 'set-plan' && isPlan(subject) && owner === undefined) {
    return async (services) => {
      const answer = await setPlan(services, subject, organization, requestId);
      const { slug, plan, before } = answer;
      return {
        answer,
        sentence: `The organization "${slug}" is on the plan ${plan} now (before: ${before}).`,
      };
    };
  }
  if (verb === 'create-organization' && owner !== undefined && organization === undefined) {
    return async (services) => {
      const answer = await createOrganization(services, subject, owner, requestId);
      return { answer, sentence: `The organization "${answer.slug}" belongs to ${owner} now.` };
    };
  }
  return undefined;
}

function isPlan(text: string): text is Plan {
  return PLANS.some((plan) => plan === text);
}

async function onDatabase<T>(work: (services: AdminServices) => Promise<T>): Promise<T> {
  const database = await borrowDatabase(readConfig(process.env), () => undefined);
  try {
    await migrateDatabase(database.config);
    const connection = connect(database.config, 2, () => undefined);
    try {
      const follower = { settle: (changeId: number) => waitForFollowers(connection.db, changeId) };
      return await work({ db: connection.db, clock: () => new Date(), randomBytes, follower });
    } finally {
      await connection.pool.end();
    }
  } finally {
    await database.close();
  }
}
