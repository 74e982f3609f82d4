import type { RouteOutput, Routes, SecurityEffect, SecuritySettings } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { choice, flag, given, list, parsed } from '../command/option.ts';
import { readDays, readHours, requireChange } from '../command/option-values.ts';
import { type Noun, verb } from '../command/verb.ts';
import { hint, printFields, printLine, printTable } from '../output.ts';
import { connect } from '../session/connect.ts';
import { counted } from '../text/format.ts';
import type { Column } from '../text/table.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

const EFFECTS: Readonly<Record<SecurityEffect, string>> = {
  expires_sooner: 'expires sooner',
  expires_later: 'expires later',
  expires_now: 'expires now',
  works_again: 'works again',
  disabled_by_next_job: 'disabled by the next daily job',
  address_refused: 'refused at the address it was used from',
  needs_second_factor: 'needs a second factor first',
  session_ends: 'signed out',
};

interface Affected {
  readonly what: string;
  readonly effects: readonly SecurityEffect[];
}

const COLUMNS: readonly Column<Affected>[] = [
  { title: 'AFFECTED', cell: ({ what }) => what, widthMin: 16 },
  { title: 'EFFECT', cell: ({ effects }) => effects.map((each) => EFFECTS[each]).join(', ') },
];

const OPTIONS =
  '--key-lifetime, --key-unused, --allow-ip, --allow-any-ip, --two-factor or --session';

const show = verb({
  name: 'show',
  summary: 'Show the rules in force',
  run: async ({ ctx }) => (await connect(ctx)).client.getSecurity(),
  print: printSecurity,
});

const update = verb({
  name: 'update',
  summary: 'Change the rules, which apply at once to existing keys and sessions too',
  examples: [
    'security update --key-lifetime 90d --two-factor required --dry-run',
    'security update --allow-ip 10.0.0.0/8 192.0.2.0/24',
  ],
  options: {
    keyLifetime: parsed('days', 'Longest lifetime of a key: 90, 90d or never', readDays),
    keyUnused: parsed('days', 'Disable keys unused for this long: 30, 30d or never', readDays),
    allowIp: list('range', 'Accept keys and sessions only from these addresses or CIDR ranges'),
    allowAnyIp: flag('Accept keys and sessions from any address', { conflicts: ['allowIp'] }),
    twoFactor: choice('rule', ['required', 'optional'], 'Whether members need a second factor'),
    session: parsed('hours', 'Sign people out after this long: 12, 12h or 7d', readHours),
    dryRun: flag('Show which keys and members the change affects, and save nothing'),
  },
  run: async ({ ctx, options: { dryRun, ...options } }) => {
    const { allowAnyIp, allowIp, twoFactor } = options;
    const change = given({
      keyLifetimeDaysMax: options.keyLifetime,
      keyUnusedDaysMax: options.keyUnused,
      allowedIps: allowAnyIp ? [] : allowIp,
      twoFactorRequired: twoFactor === undefined ? undefined : twoFactor === 'required',
      sessionHoursMax: options.session,
    });
    const body = requireChange(change, OPTIONS);
    const { client } = await connect(ctx);
    if (!dryRun) return { settings: await client.updateSecurity({ body }) };
    const limitsAddresses = (body.allowedIps ?? []).length > 0;
    return { preview: await client.previewSecurity({ body }), limitsAddresses };
  },
  answer: (result) => result.preview ?? result.settings,
  print: (ctx, result) => {
    if (result.preview) return printPreview(ctx, result.preview, result.limitsAddresses);
    hint(ctx, 'Saved.');
    printSecurity(ctx, result.settings);
  },
});

export const security: Noun = { verbs: [show, update] };

function printSecurity(ctx: CliContext, settings: SecuritySettings): void {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, allowedIps } = settings;
  printFields(ctx, [
    [
      'Longest lifetime of a key',
      keyLifetimeDaysMax === null ? 'no limit' : counted(keyLifetimeDaysMax, 'day'),
    ],
    [
      'Unused keys',
      keyUnusedDaysMax === null ? 'kept' : `disabled after ${counted(keyUnusedDaysMax, 'day')}`,
    ],
    ['Accepted from', allowedIps.join(' ') || 'any address'],
    ['Second factor', settings.twoFactorRequired ? 'required' : 'optional'],
    ['Sessions end', `after ${counted(settings.sessionHoursMax, 'hour')}`],
  ]);
}

/** The keys and members that a change of the rules would affect. */
function printPreview(ctx: CliContext, preview: Preview, limitsAddresses: boolean): void {
  const { keysCount, membersCount, keys, members, excludesYou } = preview;
  const total = `${counted(keysCount, 'key')} and ${counted(membersCount, 'member')}`;
  printLine(ctx, `This would affect ${total}.`);
  const affected: Affected[] = [
    ...keys.map(({ name, prefix, effects }) => ({ what: `${name} (${prefix}…)`, effects })),
    ...members.map(({ name, effects }) => ({ what: name, effects })),
  ];
  if (affected.length > 0) printTable(ctx, COLUMNS, affected);
  const unlisted = keysCount - keys.length + (membersCount - members.length);
  if (unlisted > 0) hint(ctx, `${unlisted} more are not listed.`);
  if (limitsAddresses) {
    hint(
      ctx,
      'The ranges apply to all keys and sessions. Those that are used from another address, which is not known yet, will be refused.',
    );
  }
  if (excludesYou) {
    hint(ctx, 'The ranges leave out your own address, so the server will refuse to save them.');
  }
}
