import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { daysOption, type OrNever, orNull, requireChange } from '../../options.ts';
import { hint, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printOrganization } from './print-organization.ts';

interface SetOptions extends JsonOption {
  readonly name?: string;
  readonly slug?: string;
  readonly defaultExpiry?: OrNever<number>;
}

export function addSetOrganization(organization: Command, cli: Cli): void {
  organization
    .command('set')
    .description('change the name or the settings')
    .option('--name <name>', 'the name that people see')
    .option('--slug <slug>', 'lower-case letters, digits and hyphens')
    .option('--default-expiry <days>', 'of new keys: 90, 90d or never', daysOption)
    .option(...JSON_OPTION)
    .action((options: SetOptions) => setOrganization(cli, options));
}

async function setOrganization({ io }: Cli, options: SetOptions): Promise<void> {
  const body = requireChange(changeOf(options), '--name, --slug or --default-expiry');
  const { client } = await connect(io);
  const organization = await client.updateOrganization({ body });
  if (options.json) return printJson(io, organization);
  hint(io, 'Saved.');
  printOrganization(io, organization);
}

function changeOf({ name, slug, defaultExpiry }: SetOptions) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(slug === undefined ? {} : { slug }),
    ...(defaultExpiry === undefined ? {} : { defaultExpiryDays: orNull(defaultExpiry) }),
  };
}
