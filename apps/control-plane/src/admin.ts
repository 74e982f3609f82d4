/** The operator's commands, on the server's own database: `tollkeeper admin …`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PLANS, type Plan } from '@tollkeeper/contract';
import { ConfigError, readConfig } from './config.ts';
import { connect } from './db/connect.ts';
import { EmbeddedPostgresError } from './db/embedded/index.ts';
import { migrateDatabase } from './db/migrate.ts';
import { borrowDatabase } from './db/open-database.ts';
import { setPlan } from './features/organization/index.ts';
import { DomainError } from './kernel/domain-error.ts';
import { waitForFollowers } from './kernel/lease.ts';

const USAGE = `Usage: tollkeeper admin set-plan <${PLANS.join('|')}> [--organization <id or slug>] [--json]`;

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  const command = parseCommand(args);
  if (!command) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const done = await onDatabase((services) =>
      setPlan(services, command.plan, command.organization, `req_${randomUUID()}`),
    );
    process.stdout.write(
      command.json
        ? `${JSON.stringify(done)}\n`
        : `The organization "${done.slug}" is on the plan ${done.plan} now (before: ${done.before}).\n`,
    );
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

function parseCommand(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { organization: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const [verb, plan, ...rest] = positionals;
    if (verb !== 'set-plan' || !isPlan(plan) || rest.length > 0) return undefined;
    return { plan, organization: values.organization, json: values.json };
  } catch {
    return undefined;
  }
}

function isPlan(text: string | undefined): text is Plan {
  return PLANS.some((plan) => plan === text);
}

async function onDatabase<T>(
  work: (services: Parameters<typeof setPlan>[0]) => Promise<T>,
): Promise<T> {
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
