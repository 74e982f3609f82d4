import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import {
  daysOption,
  hoursOption,
  type OrNever,
  orNull,
  requireChange,
  splitList,
} from '../../options.ts';
import { hint, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printPreview } from './print-preview.ts';
import { printSecurity } from './print-security.ts';

interface SetOptions extends JsonOption {
  readonly keyLifetime?: OrNever<number>;
  readonly keyUnused?: OrNever<number>;
  readonly allowIp?: readonly string[];
  readonly allowAnyIp?: true;
  readonly twoFactor?: 'required' | 'optional';
  readonly session?: number;
  readonly dryRun?: true;
}

const OPTIONS =
  '--key-lifetime, --key-unused, --allow-ip, --allow-any-ip, --two-factor or --session';

export function addSetSecurity(security: Command, cli: Cli): void {
  security
    .command('set')
    .description('change the rules; they apply at once to what exists')
    .option('--key-lifetime <days>', 'the longest a key may live: 90, 90d or never', daysOption)
    .option('--key-unused <days>', 'disable keys unused for so long: 30, 30d or never', daysOption)
    .option('--allow-ip <range...>', 'accept keys and sessions only from these addresses or ranges')
    .addOption(new Option('--allow-any-ip', 'accept them from anywhere').conflicts('allowIp'))
    .addOption(new Option('--two-factor <rule>', 'of members').choices(['required', 'optional']))
    .option('--session <hours>', 'sign people out after so long: 12, 12h or 7d', hoursOption)
    .option('--dry-run', 'show which keys and members are affected, and save nothing')
    .option(...JSON_OPTION)
    .action((options: SetOptions) => setSecurity(cli, options));
}

async function setSecurity({ io }: Cli, options: SetOptions): Promise<void> {
  const body = requireChange(changeOf(options), OPTIONS);
  const { client } = await connect(io);
  if (options.dryRun) {
    const preview = await client.previewSecurity({ body });
    if (options.json) return printJson(io, preview);
    return printPreview(io, preview, (body.allowedIps ?? []).length > 0);
  }
  const settings = await client.updateSecurity({ body });
  if (options.json) return printJson(io, settings);
  hint(io, 'Saved.');
  printSecurity(io, settings);
}

function changeOf({ keyLifetime, keyUnused, session, twoFactor, ...options }: SetOptions) {
  const allowedIps = options.allowAnyIp ? [] : splitList(options.allowIp);
  return {
    ...(keyLifetime === undefined ? {} : { keyLifetimeDaysMax: orNull(keyLifetime) }),
    ...(keyUnused === undefined ? {} : { keyUnusedDaysMax: orNull(keyUnused) }),
    ...(allowedIps === undefined ? {} : { allowedIps }),
    ...(twoFactor === undefined ? {} : { twoFactorRequired: twoFactor === 'required' }),
    ...(session === undefined ? {} : { sessionHoursMax: session }),
  };
}
