import { resolve } from 'node:path';
import { z } from 'zod';

const text = z.string().min(1).optional();
const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(7420),
  HOST: z.string().min(1).default('127.0.0.1'),
  TOLLKEEPER_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .refine(isConnectionString, 'cannot be read as a URL')
    .optional(),
  TOLLKEEPER_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  TOLLKEEPER_SECRET: z.string().min(32).optional(),
  TOLLKEEPER_SETUP_TOKEN: z.string().min(16).max(256).optional(),
  TOLLKEEPER_TRUSTED_PROXIES: text,
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(
      /^[^\p{Cc}]*[^\s@<>]+@[^\s@<>]+>?$/u,
      'must be an address, such as Tollkeeper <keys@example.com>',
    )
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

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
  /** Where mails go out and whom they come from; null sends none. */
  readonly mail: { readonly url: string; readonly from: string } | null;
  readonly logLevel: z.output<typeof schema>['LOG_LEVEL'];
}

/** A server on a Unix socket has no host between "@" and "/", which no other URL may leave out. */
function isConnectionString(text: string): boolean {
  return URL.canParse(text.replace('@/', '@socket/'));
}

/** A value that cannot be used; the message names the variable, and never holds the value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every variable at fault */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration cannot be used. ${faults.join('. ')}.`);
  }
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: resolve(values.TOLLKEEPER_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    baseUrl: values.TOLLKEEPER_BASE_URL?.replace(/\/+$/, ''),
    secret: values.TOLLKEEPER_SECRET,
    setupToken: values.TOLLKEEPER_SETUP_TOKEN,
    trustedProxies: (values.TOLLKEEPER_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
    mail: readMail(values.SMTP_URL, values.MAIL_FROM),
    logLevel: values.LOG_LEVEL,
  };
}

/** @throws ConfigError when only one of the two is given */
function readMail(url: string | undefined, from: string | undefined): Config['mail'] {
  if (url !== undefined && from !== undefined) return { url, from };
  if (url === undefined && from === undefined) return null;
  throw new ConfigError(
    `The configuration cannot be used. ${url === undefined ? 'SMTP_URL' : 'MAIL_FROM'}: is needed to send mails. Set both, or neither.`,
  );
}
