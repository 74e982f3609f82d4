import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BILLING_PROVIDERS, findUnknownVariables, PLAN_CHANGES } from '@tollkeeper/contract';
import { z } from 'zod';
import { isBaseUrl, isConnectionString, isHost, isProxy } from './config-addresses.ts';
import {
  type BillingConfig,
  misspeltVariables,
  readStripe,
  STRIPE_SECRETS,
  stripeVariables,
} from './config-stripe.ts';
import {
  GITHUB_KEYS_URL,
  type GithubKeySource,
  GithubKeySourceError,
  parseGithubKeySource,
} from './features/leaks/github-key-source.ts';
import {
  type Allowance,
  AllowanceError,
  NOTHING_ALLOWED,
  parseAllowance,
} from './outgoing/allowance.ts';
import {
  type OutsideWitness,
  parseWitnesses,
  WitnessListError,
} from './transparency-log/outside-witnesses/parse-witnesses.ts';

const PORT_RULE = 'must be a number from 0 to 65535';
const BASE_URL_RULE =
  'must be a URL such as https://keys.example.com or https://example.com/keys, without a query';

const schema = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT_RULE)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT_RULE)
    .default(7420),
  HOST: z.string().refine(isHost, 'must be an IP address or a host name').default('127.0.0.1'),
  TOLLKEEPER_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .refine(isConnectionString, 'cannot be read as a URL')
    .optional(),
  TOLLKEEPER_BASE_URL: z.string().refine(isBaseUrl, BASE_URL_RULE).optional(),
  TOLLKEEPER_SECRET: z.string().min(32, 'must have 32 characters or more').optional(),
  TOLLKEEPER_SETUP_TOKEN: z
    .string()
    .min(16, 'must have 16 characters or more')
    .max(256, 'must have 256 characters or fewer')
    .optional(),
  TOLLKEEPER_TRUSTED_PROXIES: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine(
      (list) => list.length > 0 && list.every(isProxy),
      'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas',
    )
    .optional(),
  TOLLKEEPER_WITNESSES: parsedBy(parseWitnesses, WitnessListError),
  TOLLKEEPER_WEBHOOK_ALLOW: parsedBy(parseAllowance, AllowanceError),
  TOLLKEEPER_GITHUB_SECRET_SCANNING_KEYS: parsedBy(parseGithubKeySource, GithubKeySourceError),
  TOLLKEEPER_BILLING: z
    .enum(BILLING_PROVIDERS, { error: `must be ${BILLING_PROVIDERS.join(' or ')}` })
    .default('manual'),
  TOLLKEEPER_PLAN_CHANGES: z
    .enum(PLAN_CHANGES, { error: `must be ${PLAN_CHANGES.join(' or ')}` })
    .default('request'),
  TOLLKEEPER_OPERATOR_EMAIL: z
    .email('must be an address, such as operator@example.com')
    .max(320)
    .optional(),
  ...stripeVariables,
  SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'must be a URL such as smtps://user:password@mail.example.com',
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(
      /^[^\p{Cc}]*[^\s@<>]+@[^\s@<>]+>?$/u,
      'must be an address, such as Tollkeeper <keys@example.com>',
    )
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
});

/** A text that `parse` reads, or refuses with the rule that it breaks. */
function parsedBy<T>(parse: (text: string) => T, Fault: new (message: string) => Error) {
  const read = (text: string, ctx: z.RefinementCtx): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
  return z.string().transform(read).optional();
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** Without a trailing slash; undefined is HOST and the port that is listened on. */
  readonly baseUrl: string | undefined;
  readonly secret: string | undefined;
  readonly setupToken: string | undefined;
  readonly trustedProxies: readonly string[];
  /** Outside witnesses of the audit log. */
  readonly witnesses: readonly OutsideWitness[];
  /** What webhooks may reach beside the Internet. */
  readonly webhookAllowance: Allowance;
  /** Where the keys come from by which GitHub signs what it found; null takes no reports of it. */
  readonly githubKeys: GithubKeySource | null;
  /** Where mails go out and whom they come from; null sends none. */
  readonly mail: { readonly url: string; readonly from: string } | null;
  readonly billing: BillingConfig;
  readonly logLevel: z.output<typeof schema>['LOG_LEVEL'];
}

/** A value that cannot be used; the message names the variable, and never holds the value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Variables that hold a secret, or part of one: each may be read from a file instead. */
const SECRETS = [
  'DATABASE_URL',
  'TOLLKEEPER_SECRET',
  'TOLLKEEPER_SETUP_TOKEN',
  'SMTP_URL',
  ...STRIPE_SECRETS,
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming every variable at fault */
export function readConfig(env: Environment): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const faults = findUnknownVariables(Object.keys(given));
  if (given.TOLLKEEPER_BILLING === 'stripe') faults.push(...misspeltVariables(Object.keys(given)));
  for (const name of SECRETS) {
    const fault = readSecretFile(given, name);
    if (fault !== undefined) faults.push(fault);
  }
  const parsed = schema.safeParse(given);
  for (const { path, message } of parsed.error?.issues ?? []) {
    faults.push(`${path[0]?.toString()} ${message}`);
  }
  if (!parsed.success || faults.length > 0) throw unusable(faults);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: resolve(values.TOLLKEEPER_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    baseUrl:
      values.TOLLKEEPER_BASE_URL && new URL(values.TOLLKEEPER_BASE_URL).href.replace(/\/+$/, ''),
    secret: values.TOLLKEEPER_SECRET,
    setupToken: values.TOLLKEEPER_SETUP_TOKEN,
    trustedProxies: values.TOLLKEEPER_TRUSTED_PROXIES ?? [],
    witnesses: values.TOLLKEEPER_WITNESSES ?? [],
    webhookAllowance: values.TOLLKEEPER_WEBHOOK_ALLOW ?? NOTHING_ALLOWED,
    githubKeys:
      values.TOLLKEEPER_GITHUB_SECRET_SCANNING_KEYS === undefined
        ? { url: GITHUB_KEYS_URL }
        : values.TOLLKEEPER_GITHUB_SECRET_SCANNING_KEYS,
    mail: readMail(values.SMTP_URL, values.MAIL_FROM),
    billing: readBilling(values),
    logLevel: values.LOG_LEVEL,
  };
}

/** Puts the text of the file in the place of the variable; gives what is wrong with it. */
function readSecretFile(
  given: Record<string, string | undefined>,
  name: string,
): string | undefined {
  const path = given[`${name}_FILE`];
  if (path === undefined) return undefined;
  if (given[name] !== undefined) return `${name} and ${name}_FILE are both set; set one of them`;
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text === '') return `${name}_FILE names an empty file`;
    given[name] = text;
    return undefined;
  } catch (error) {
    return `${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

function unusable(faults: readonly string[]): ConfigError {
  return new ConfigError(`The configuration cannot be used: ${faults.join('. ')}.`);
}

/** @throws ConfigError where what Stripe needs is missing */
function readBilling(values: z.output<typeof schema>): BillingConfig {
  const { TOLLKEEPER_BILLING: provider, TOLLKEEPER_PLAN_CHANGES: planChanges } = values;
  const operatorEmail = values.TOLLKEEPER_OPERATOR_EMAIL ?? null;
  if (provider === 'manual') return { provider, planChanges, operatorEmail, stripe: null };
  const { config, faults } = readStripe(values);
  if (!config) throw unusable(faults);
  // Who pays for a plan chooses it.
  return { provider, planChanges: 'self', operatorEmail, stripe: config };
}

/** @throws ConfigError when only one of the two is given */
function readMail(url: string | undefined, from: string | undefined): Config['mail'] {
  if (url !== undefined && from !== undefined) return { url, from };
  if (url === undefined && from === undefined) return null;
  const missing = url === undefined ? 'SMTP_URL' : 'MAIL_FROM';
  throw unusable([
    `${missing} is needed to send mails; set both of SMTP_URL and MAIL_FROM, or neither`,
  ]);
}
