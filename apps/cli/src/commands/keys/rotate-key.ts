import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { agree, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { graceOption } from '../../options.ts';
import { hint } from '../../output.ts';
import { relativeTime } from '../../text/relative-time.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';
import { printSecret } from './print-secret.ts';

/** As in the dashboard: programs that use the old secret have a day to switch to the new one. */
const GRACE_S = 86_400;

interface RotateOptions extends JsonOption, YesOption {
  readonly grace?: number;
}

export function addRotateKey(keys: Command, cli: Cli): void {
  keys
    .command('rotate')
    .description('give the key a new secret and print it, which is shown only once')
    .argument(...KEY_ARGUMENT)
    .option(
      '--grace <duration>',
      'how long the old secret still works, at most 30d; 0s ends it at once (default: 24h)',
      graceOption,
    )
    .option('--yes', 'with --grace 0s: do not ask for confirmation')
    .option(...JSON_OPTION)
    .action((reference: string, options: RotateOptions) => rotateKey(cli, reference, options));
}

async function rotateKey(cli: Cli, reference: string, options: RotateOptions): Promise<void> {
  const graceSeconds = options.grace ?? GRACE_S;
  const asks = graceSeconds === 0 && !options.yes;
  const { client, params } = await openKey(cli, reference);
  if (asks) {
    requireYesOrTerminal(cli.io, options.yes);
    await agree(cli.io, `The current secret of "${reference}" stops working at once. Rotate it?`);
  }
  const key = await client.rotateKey({ params, body: { graceSeconds } });
  if (!options.json) {
    const end = key.previousSecretExpiresAt;
    const old = end
      ? `The old secret stops working ${relativeTime(end, cli.io.now())}.`
      : 'The old secret no longer works.';
    hint(cli.io, `Rotated "${key.name}". ${old}`);
  }
  printSecret(cli.io, key, options);
}
