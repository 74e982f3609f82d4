import {
  DATADOG_SITES,
  LOG_STREAM_FORMATS,
  LOG_STREAM_SETTINGS_OF,
  type LogStreamDestination,
} from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { choice, flag, given, type OptionValues, text } from '../../command/option.ts';
import { readSecret } from '../../prompt.ts';

/** What can be set of a stream, at its creation and later. */
export const SETTINGS = {
  format: choice('format', LOG_STREAM_FORMATS, 'native: as the log has them; ocsf: as OCSF 1.9'),
  url: text('url', 'Splunk, OTLP, HTTPS: where to; S3: the endpoint of a compatible storage'),
  site: choice('site', DATADOG_SITES, 'Datadog: the site of your account'),
  index: text('index', 'Splunk: the index'),
  tags: text('tags', 'Datadog: tags, such as env:prod,team:security'),
  bucket: text('bucket', 'S3: the bucket'),
  region: text('region', 'S3: the region'),
  prefix: text('prefix', 'S3: what the names of objects begin with'),
  accessKeyId: text('id', 'S3: the access key id'),
  header: text('header', 'OTLP, HTTPS: the header with the secret; authorization unless given'),
  secretStdin: flag(
    'Read the secret from standard input, or ask for it; a new Splunk, Datadog or S3 stream always does',
  ),
};

type Values = OptionValues<typeof SETTINGS>;

/** Settings of an edit: an empty text takes away what need not be there. */
export function clearEmpty<T extends object>(settings: T) {
  const isCleared = (name: string, value: unknown) => value === '' && CLEARABLE.has(name);
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, isCleared(name, value) ? null : value]),
  ) as { [K in keyof T]: K extends Clearable ? T[K] | null : T[K] };
}

type Clearable = 'url' | 'index' | 'tags' | 'prefix' | 'header';
const CLEARABLE: ReadonlySet<string> = new Set<Clearable>([
  ...(['url', 'index', 'tags', 'prefix', 'header'] as const),
]);

/** The settings of a request. A secret is read without showing it: arguments are seen by others on the machine. */
export async function readSettings(
  ctx: CliContext,
  { secretStdin, header, ...values }: Values,
  destination?: LogStreamDestination,
) {
  const isNeeded = destination && LOG_STREAM_SETTINGS_OF[destination].required.includes('secret');
  const secret = secretStdin || isNeeded ? await readSecret(ctx, 'Secret') : undefined;
  return given({ ...values, header: header?.toLowerCase(), secret });
}
