import { type ApiKeyWithSecret, PROFILES } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { choice, flag, given, list, NAME, parsed, text } from '../../command/option.ts';
import { readExpiry, readGrace, requireName } from '../../command/option-values.ts';
import { optionalArgument, verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeTime } from '../../text/format.ts';
import { findWorkspaceId } from '../workspaces.ts';
import { KEY, openKey } from './open-key.ts';

/** As in the dashboard, where the organization has no default of its own. */
export const EXPIRY_DAYS = 90;
const DAY_MS = 86_400_000;
/** As in the dashboard: programs that use the old secret have a day to switch to the new one. */
const GRACE_S = 86_400;

export const createKey = verb({
  name: 'create',
  summary: 'Create a key and print its secret, which is shown only once',
  examples: [
    'keys create ci-pipeline --scopes apis.call --expires 30d',
    'keys create billing-export --scopes usage.read,billing.read --allow-ip 10.0.0.0/8',
    'keys create staging-gateway --workspace staging --tag staging --tag team-edge',
  ],
  args: [optionalArgument('name', 'Such as cursor-dev, ci-pipeline or staging-gateway')],
  options: {
    name: NAME,
    profile: choice(
      'profile',
      PROFILES,
      'Preset of scopes (default: custom with --scopes, else workspace)',
    ),
    scopes: list(
      'scopes',
      'Scopes of a custom key; apis.call alone calls your APIs and nothing else',
    ),
    workspace: text('workspace', 'Workspace in which the key works: id or name'),
    expires: parsed(
      'when',
      '30d, 2030-01-31, 2030-01-31T12:00Z or never (default: that of the organization, else 90d)',
      readExpiry,
    ),
    allowIp: list('range', 'Accept the key only from these addresses or CIDR ranges'),
    canary: flag('Make it a canary key: it never works, and each use raises an alarm'),
    tag: list('tag', 'Tags, which policies can read and "keys list --tag" finds'),
  },
  run: async ({ ctx, args: [argument], options }) => {
    const name = requireName(argument, options);
    const { client, url } = await connect(ctx);
    const { scopes, workspace, expires, allowIp, tag, canary } = options;
    const profile = options.profile ?? (scopes || canary ? 'custom' : 'workspace');
    const workspaceId = workspace ? await findWorkspaceId(client, workspace) : undefined;
    const bounds = given({ scopes, workspaceId, allowedIps: allowIp, tags: tag, canary });
    const body = { name, profile, ...bounds };
    const create = (expiry: { readonly expiresAt?: string | null }) =>
      client.createKey({ body: { ...body, ...expiry } }, { idempotencyKey: ctx.createId() });
    const key =
      expires === undefined && !canary
        ? await withDefaultExpiry(client, ctx.now(), create)
        : await create(given({ expiresAt: expires }));
    return { key, url };
  },
  answer: ({ key }) => key,
  check: ({ key }) => requireSecret(key),
  print: (ctx, { key, url }) => {
    const { name, scopes, expiresAt } = key;
    const expiry = expiresAt ? `expires ${relativeTime(expiresAt, ctx.now())}` : 'never expires';
    if (key.canary) {
      hint(ctx, `Created the canary key "${name}". It never works; each use raises an alarm.`);
      printSecret(ctx, key);
      hint(ctx, 'Plant it where only an intruder looks, such as an old configuration file.');
      return;
    }
    hint(ctx, `Created "${name}" (${counted(scopes.length, 'scope')}, ${expiry}).`);
    printSecret(ctx, key);
    hint(ctx, `Try it: curl -H "Authorization: Bearer <the key>" ${url}/v1/whoami`);
  },
});

export const rotateKey = verb({
  name: 'rotate',
  summary: 'Give a key a new secret and print it, which is shown only once',
  examples: ['keys rotate ci-pipeline --grace 7d'],
  args: [KEY],
  options: {
    grace: parsed(
      'duration',
      'How long the old secret still works, at most 30d; 0s ends it at once (default: 24h)',
      readGrace,
    ),
    yes: flag('With --grace 0s: do not ask for confirmation'),
  },
  run: async ({ ctx, args: [reference], options: { grace = GRACE_S, yes } }) => {
    const { client, params } = await openKey(ctx, reference);
    if (grace === 0 && !yes) {
      requireYesOrTerminal(ctx, yes);
      await agree(ctx, `The current secret of "${reference}" stops working at once. Rotate it?`);
    }
    return client.rotateKey({ params, body: { graceSeconds: grace } });
  },
  check: requireSecret,
  print: (ctx, key) => {
    const end = key.previousSecretExpiresAt;
    const old = end
      ? `The old secret stops working ${relativeTime(end, ctx.now())}.`
      : 'The old secret no longer works.';
    hint(ctx, `Rotated "${key.name}". ${old}`);
    printSecret(ctx, key);
  },
});

/** Throws Failure if the answer has no secret: the API shows it only once. */
function requireSecret({ id, secret }: ApiKeyWithSecret): void {
  if (secret !== undefined) return;
  const advice = `Run "tollkeeper keys rotate ${id}" for a new one.`;
  const text = `The key exists, but its secret was lost with the connection. ${advice}`;
  throw new Failure(EXIT.unexpected, text);
}

/** The secret alone on standard output, so that `KEY=$(tollkeeper keys create …)` works. */
function printSecret(ctx: CliContext, { secret = '' }: ApiKeyWithSecret): void {
  hint(ctx, 'Its secret is shown only once. Store it in a safe place:');
  printLine(ctx, secret);
}

/**
 * Creates a key that nobody gave an expiry: the organization's default, else 90 days. Where a rule
 * or the creating key ends sooner than that, the server chooses the end.
 */
async function withDefaultExpiry(
  client: Client,
  now: Date,
  create: (expiry: { readonly expiresAt?: string }) => Promise<ApiKeyWithSecret>,
): Promise<ApiKeyWithSecret> {
  if (await hasDefaultExpiry(client)) return create({});
  const expiresAt = new Date(now.getTime() + EXPIRY_DAYS * DAY_MS).toISOString();
  try {
    return await create({ expiresAt });
  } catch (error) {
    if (endsSooner(error)) return create({});
    throw error;
  }
}

/** Not every credential may read the organization; without its default, ours applies. */
async function hasDefaultExpiry(client: Client): Promise<boolean> {
  try {
    return (await client.getOrganization()).defaultExpiryDays !== null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}

function endsSooner(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { code, errors = [] } = error.problem;
  return code === 'ceiling_exceeded' || errors.some(({ path }) => path === 'expiresAt');
}
