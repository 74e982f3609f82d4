import { FACTOR_NAMES, type Identity } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import { type Field, printFields, printJson } from '../output.ts';
import { connect } from '../session/connect.ts';
import { relativeAndExact } from '../text/relative-time.ts';

export function addWhoami(program: Command, cli: Cli): void {
  program
    .command('whoami')
    .description('show who you are to the server and what you may do now')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => whoami(cli, options));
}

async function whoami({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client, url } = await connect(io);
  const identity = await client.whoami();
  if (json) return printJson(io, identity);
  const { organization, member, key, session, workspaceId, scopes, organizations } = identity;
  printFields(io, [
    ['Server', url],
    ['Organization', `${organization.name} (${organization.slug}, plan ${organization.plan})`],
    ['Organization id', organization.id],
    ...(organizations.length > 1 ? [['You belong to', named(organizations)] as const] : []),
    ['Member', `${member.name} <${member.email}>`],
    ['Role', member.roleName],
    ['Credential', key ? `API key "${key.name}" (${key.id})` : 'session'],
    ...(session ? sessionFields(session, io.now()) : []),
    ['Workspace', workspaceId ?? 'every workspace'],
    ['Scopes', scopes.length === 0 ? 'none' : scopes.join(' ')],
  ]);
}

function sessionFields(
  { factors, authenticatedAt, expiresAt }: NonNullable<Identity['session']>,
  now: Date,
): Field[] {
  return [
    ['Signed in with', factors.map((factor) => FACTOR_NAMES[factor]).join(', ')],
    ['Signed in', relativeAndExact(authenticatedAt, now)],
    ['Expires', relativeAndExact(expiresAt, now)],
  ];
}

/** With the ids that --organization takes. */
function named(organizations: readonly { readonly id: string; readonly name: string }[]): string {
  return organizations.map(({ id, name }) => `${name} (${id})`).join(', ');
}
