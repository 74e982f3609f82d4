import { PLANS } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { flag, NAME, required, text } from '../command/option.ts';
import { requireName } from '../command/option-values.ts';
import { argument, choiceArgument, type Noun, optionalArgument, verb } from '../command/verb.ts';
import type { ExitCode } from '../failure.ts';

const DATA_DIR = text(
  'folder',
  'Data folder of the server (default: that of the server that runs on this machine)',
);
const CONFIRM_ADDRESS = flag('Confirm that the account belongs to the owner of its address');
const ORGANIZATION = text(
  'id or slug',
  'Organization to change; can be left out if there is only one',
);
const EMAIL = argument('email', 'Email of an account on this server');

const setPlan = verb({
  name: 'set-plan',
  summary: 'Move an organization to another plan',
  notes: 'Options that you leave out are reset: without --until, the plan has no end.',
  examples: [
    'admin set-plan pro --organization acme',
    'admin set-plan enterprise --organization acme --key-limit 500 --until 2027-01-31',
  ],
  args: [choiceArgument('plan', 'New plan', PLANS)],
  options: {
    organization: ORGANIZATION,
    keyLimit: text('keys', 'Limit of keys for the organization, in place of that of the plan'),
    until: text('date', 'Last day of the plan in UTC, or a time with its zone'),
    note: text('text', 'Note that the organization reads on its billing page'),
    dataDir: DATA_DIR,
  },
  run: ({ ctx, args: [plan], options: { keyLimit, until, note, ...options }, json }) => {
    const terms = [
      ...(keyLimit === undefined ? [] : [`--key-limit=${keyLimit}`]),
      ...(until === undefined ? [] : [`--until=${until}`]),
      ...(note === undefined ? [] : [`--note=${note}`]),
    ];
    return runAdmin(ctx, ['set-plan', ...terms, plan], { ...options, json });
  },
  ...passedOn(),
});

const requests = verb({
  name: 'requests',
  summary: 'List the pending requests for other plans, and approve or decline them',
  examples: [
    'admin requests list',
    'admin requests approve acme pro',
    'admin requests decline acme --note "Write to sales@example.com."',
  ],
  args: [
    choiceArgument('action', 'What to do', ['list', 'approve', 'decline']),
    optionalArgument('organization', 'Id or slug of the organization whose request it is'),
    optionalArgument('plan', 'Plan that you approve, as it was requested'),
  ],
  options: {
    note: text('text', 'Note that the organization reads with the decision'),
    dataDir: DATA_DIR,
  },
  run: ({ ctx, args: [action, organization, plan], options: { note, ...options }, json }) => {
    const rest = [
      ...(note === undefined ? [] : [`--note=${note}`]),
      ...['--', action],
      ...[organization, plan].filter((each) => each !== undefined),
    ];
    return runAdmin(ctx, ['requests', ...rest], { ...options, json });
  },
  ...passedOn(),
});

const createOrganization = verb({
  name: 'create-organization',
  summary: 'Create another organization on this server',
  examples: ['admin create-organization Acme --owner ada@example.com'],
  args: [optionalArgument('name', 'Name that people see')],
  options: {
    name: NAME,
    owner: required(text('email', 'Email of an account on this server')),
    confirmAddress: CONFIRM_ADDRESS,
    dataDir: DATA_DIR,
  },
  run: async ({ ctx, args: [argument], options: { owner, ...options }, json }) => {
    const name = requireName(argument, options);
    const args = ['create-organization', '--owner', owner, '--', name];
    return runAdmin(ctx, args, { ...options, json });
  },
  ...passedOn(),
});

const transferOwnership = verb({
  name: 'transfer-ownership',
  summary: 'Make another member the owner of an organization whose owner is gone',
  options: {
    to: required(text('member', 'Email or id of an active member')),
    confirmAddress: CONFIRM_ADDRESS,
    organization: ORGANIZATION,
    dataDir: DATA_DIR,
  },
  run: ({ ctx, options: { to, ...options }, json }) =>
    runAdmin(ctx, ['transfer-ownership', '--to', to], { ...options, json }),
  ...passedOn(),
});

const resetPassword = verb({
  name: 'reset-password',
  summary: 'Give an account a new password, or a link to choose one, and end its sessions',
  args: [EMAIL],
  options: {
    link: flag(
      'Print a one-time link with which the person chooses the password; it also lets them sign in while strangers guess at the account',
    ),
    passwordStdin: flag('Read the new password from standard input; asked for on a terminal', {
      conflicts: ['link'],
    }),
    dataDir: DATA_DIR,
  },
  run: ({ ctx, args: [email], options: { passwordStdin, link, ...options }, json }) => {
    const source = [...(passwordStdin ? ['--password-stdin'] : []), ...(link ? ['--link'] : [])];
    return runAdmin(ctx, ['reset-password', ...source, '--', email], { ...options, json });
  },
  ...passedOn(),
});

const resetSecondFactors = verb({
  name: 'reset-second-factors',
  summary: 'Remove the authenticator app and passkeys of an account, and end its sessions',
  args: [EMAIL],
  options: { dataDir: DATA_DIR },
  run: ({ ctx, args: [email], options, json }) =>
    runAdmin(ctx, ['reset-second-factors', '--', email], { ...options, json }),
  ...passedOn(),
});

export const admin: Noun = {
  notes: `Finds the server that you run on this machine; --data-dir, TOLLKEEPER_DATA_DIR or
DATABASE_URL name another one. Creates no database, and updates none.`,
  verbs: [
    setPlan,
    requests,
    createOrganization,
    transferOwnership,
    resetPassword,
    resetSecondFactors,
  ],
};

/** The program prints its own answer, and has the same exit codes unless a signal killed it. */
function passedOn() {
  return {
    json: { help: 'Print JSON, for scripts' },
    answer: () => undefined,
    exitCode: (code: number) => code as ExitCode,
  };
}

interface AdminOptions {
  readonly organization?: string | undefined;
  readonly confirmAddress?: true | undefined;
  readonly dataDir?: string | undefined;
  readonly json: boolean;
}

function runAdmin(
  ctx: CliContext,
  [name = '', ...args]: readonly string[],
  { organization, confirmAddress, dataDir, json }: AdminOptions,
): Promise<number> {
  const options = [
    ...(organization === undefined ? [] : ['--organization', organization]),
    ...(confirmAddress ? ['--confirm-address'] : []),
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...(json ? ['--json'] : []),
  ];
  return ctx.runProgram('admin', [name, ...options, ...args]);
}
