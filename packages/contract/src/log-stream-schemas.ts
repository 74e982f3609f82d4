import { z } from 'zod';
import { creatingKey, creatingMember } from './api-key-schemas.ts';
import { etag } from './edit.ts';
import { logStreamId } from './ids.ts';
import { instant, NO_SECRET, NO_SECRET_RULE } from './text.ts';
import { WEBHOOK_URL_MAX } from './webhook-schemas.ts';

/** Log streams of one organization. */
export const LOG_STREAMS_MAX = 10;
/** Attempts that are kept of each stream. */
export const LOG_STREAM_ATTEMPTS_KEPT = 200;
/** Characters that are kept of what a destination answered. */
export const LOG_STREAM_ANSWER_MAX = 8192;

export const LOG_STREAM_DESTINATIONS = ['splunk', 'datadog', 'otlp', 's3', 'https'] as const;
export type LogStreamDestination = (typeof LOG_STREAM_DESTINATIONS)[number];
export const LOG_STREAM_FORMATS = ['native', 'ocsf'] as const;
export type LogStreamFormat = (typeof LOG_STREAM_FORMATS)[number];
export const LOG_STREAM_STATUSES = ['enabled', 'paused'] as const;
export type LogStreamStatus = (typeof LOG_STREAM_STATUSES)[number];
export const LOG_STREAM_HEALTHS = ['healthy', 'delayed', 'failing', 'paused'] as const;
export type LogStreamHealth = (typeof LOG_STREAM_HEALTHS)[number];
export const LOG_STREAM_STARTS = ['beginning', 'now'] as const;

/** Sites of Datadog, each with an intake of its own. */
export const DATADOG_SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const;
export type DatadogSite = (typeof DATADOG_SITES)[number];

/** What can be set of a destination, beside what all streams have. */
export const LOG_STREAM_SETTINGS = [
  'url',
  'site',
  'index',
  'tags',
  'bucket',
  'region',
  'prefix',
  'accessKeyId',
  'header',
  'secret',
] as const;
export type LogStreamSetting = (typeof LOG_STREAM_SETTINGS)[number];

interface SettingsOf {
  readonly required: readonly LogStreamSetting[];
  readonly optional: readonly LogStreamSetting[];
}

/** Which settings each destination has: the server, the command line and the forms follow it. */
export const LOG_STREAM_SETTINGS_OF: Readonly<Record<LogStreamDestination, SettingsOf>> = {
  splunk: { required: ['url', 'secret'], optional: ['index'] },
  datadog: { required: ['site', 'secret'], optional: ['url', 'tags'] },
  otlp: { required: ['url'], optional: ['header', 'secret'] },
  s3: { required: ['bucket', 'region', 'accessKeyId', 'secret'], optional: ['url', 'prefix'] },
  https: { required: ['url'], optional: ['header', 'secret'] },
};

export const LOG_STREAM_URL = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/;
export const LOG_STREAM_URL_RULE =
  'must be a URL such as https://example.com/logs, without a user, a password, a query or a fragment';
export const LOG_STREAM_SECRET = /^[!-~](?:[ -~]*[!-~])?$/;
export const LOG_STREAM_SECRET_RULE = 'must be printable ASCII, without spaces at its ends';
export const LOG_STREAM_HEADER =
  /^(?!(?:host|connection|te|trailer|upgrade|expect|keep-alive|user-agent|(?:content|proxy|transfer)-.*)$)[a-z0-9-]+$/;
export const LOG_STREAM_HEADER_RULE =
  'must be the name of a header in lower case, such as authorization or x-api-key, and none that describes the request itself';
export const S3_BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
export const S3_BUCKET_RULE =
  'must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens';
export const S3_REGION = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
export const S3_REGION_RULE = 'must be a region such as eu-central-1';
// One pattern each, of what can be null: a second one would stand where null is no text.
export const S3_PREFIX =
  /^(?!.*tk_(?:live|test|join)_[0-9A-Za-z]{38})(?!\/)(?!.*\/\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))[A-Za-z0-9!_.*'()/-]*$/;
export const S3_PREFIX_RULE =
  "must be the beginning of a name such as tollkeeper/audit, of letters, digits and !_.*()'-/";
export const DATADOG_TAGS = /^(?!.*tk_(?:live|test|join)_[0-9A-Za-z]{38})[\p{L}\p{N}_:./,-]+$/u;
export const DATADOG_TAGS_RULE =
  'must be tags such as env:prod,team:security, of letters, digits and _:./-';
export const S3_ACCESS_KEY_ID = /^[!-~]+$/;
export const S3_ACCESS_KEY_ID_RULE = 'must be printable ASCII without spaces';
export const SPLUNK_INDEX = /^[a-z0-9_][a-z0-9_-]*$/;
export const SPLUNK_INDEX_RULE =
  'must be the name of an index: lower-case letters, digits, underscores and hyphens';

const url = z
  .string()
  .max(WEBHOOK_URL_MAX)
  .regex(LOG_STREAM_URL, LOG_STREAM_URL_RULE)
  .regex(NO_SECRET, NO_SECRET_RULE)
  .meta({
    description:
      'Splunk: the base of HEC, such as `https://splunk.example.com:8088`. Datadog: an intake of yours, such as Observability Pipelines; leave it out for that of the site. OTLP: the base, or a URL that ends with `/v1/logs`. S3: the endpoint of a compatible storage; leave it out for AWS. HTTPS: where batches are sent',
    examples: ['https://logs.example.com'],
  });
const site = z.enum(DATADOG_SITES).meta({ description: 'Datadog: the site of your account' });
const index = z
  .string()
  .max(80)
  .regex(SPLUNK_INDEX, SPLUNK_INDEX_RULE)
  .meta({ description: 'Splunk: the index; the default one of the token if left out' });
const tags = z
  .string()
  .max(200)
  .regex(DATADOG_TAGS, DATADOG_TAGS_RULE)
  .meta({
    description: 'Datadog: tags of each log',
    examples: ['env:prod,team:security'],
  });
const bucket = z.string().max(63).regex(S3_BUCKET, S3_BUCKET_RULE).regex(NO_SECRET, NO_SECRET_RULE);
const region = z.string().max(48).regex(S3_REGION, S3_REGION_RULE).regex(NO_SECRET, NO_SECRET_RULE);
const prefix = z
  .string()
  .min(1)
  .max(256)
  .regex(S3_PREFIX, S3_PREFIX_RULE)
  .meta({ description: 'S3: what the names of objects begin with', examples: ['tollkeeper'] });
const accessKeyId = z
  .string()
  .max(128)
  .regex(S3_ACCESS_KEY_ID, S3_ACCESS_KEY_ID_RULE)
  .regex(NO_SECRET, NO_SECRET_RULE);
const header = z.string().max(64).regex(LOG_STREAM_HEADER, LOG_STREAM_HEADER_RULE).meta({
  description:
    'OTLP and HTTPS: the header that holds the secret; `authorization` unless given. Its value is the whole secret, such as `Bearer …`',
});
const secret = z.string().max(4096).regex(LOG_STREAM_SECRET, LOG_STREAM_SECRET_RULE).meta({
  description:
    'Splunk: the HEC token. Datadog: the API key. S3: the secret access key. OTLP and HTTPS: the value of the header. It is stored encrypted, and no answer shows it',
});

/** The settings as a request gives them. */
export const logStreamSettings = {
  ...{ url, site, index, tags, bucket, region, prefix, accessKeyId, header, secret },
};

export const logStream = z
  .strictObject({
    id: logStreamId,
    name: z.string(),
    destination: z.enum(LOG_STREAM_DESTINATIONS),
    format: z.enum(LOG_STREAM_FORMATS).meta({
      description: '`native`: events as the log holds them; `ocsf`: as OCSF 1.9',
    }),
    url: z.string().nullable(),
    site: z.enum(DATADOG_SITES).nullable(),
    index: z.string().nullable(),
    tags: z.string().nullable(),
    bucket: z.string().nullable(),
    region: z.string().nullable(),
    prefix: z.string().nullable(),
    accessKeyId: z.string().nullable(),
    header: z.string().nullable(),
    hasSecret: z.boolean(),
    status: z.enum(LOG_STREAM_STATUSES),
    health: z.enum(LOG_STREAM_HEALTHS).meta({
      description:
        '`delayed`: nothing fails, but the oldest event that was not delivered has waited for more than five minutes, or for more than 75 with S3',
    }),
    failingSince: instant.nullable().meta({
      description: 'When it first failed since its last success; null while all is well',
    }),
    lastProblem: z.string().nullable().meta({
      description: 'Why the last attempt failed; null if it succeeded',
    }),
    nextAttemptAt: instant.nullable().meta({
      description: 'While it fails, when it is tried again',
    }),
    lastDeliveredAt: instant.nullable(),
    sequence: z.int().meta({ description: 'Events up to this sequence are done with' }),
    backlogCount: z.int().meta({ description: 'Events that wait to be delivered' }),
    lagSeconds: z.int().meta({ description: 'How long the oldest of them has waited' }),
    prunedCount: z.int().meta({
      description: 'Events that the retention of the log deleted before they were delivered',
    }),
    rejectedCount: z.int().meta({
      description: 'Events that the destination said it did not take, although it took the batch',
    }),
    createdBy: creatingMember,
    createdByKey: creatingKey.nullable(),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'LogStream' });
export type LogStream = z.output<typeof logStream>;

export const logStreamAttempt = z
  .strictObject({
    number: z.int(),
    at: instant,
    durationMs: z.int(),
    firstSequence: z.int().meta({ description: 'Sequence of the first event of the batch' }),
    lastSequence: z.int(),
    eventsCount: z.int(),
    bytes: z.int().meta({ description: 'Size of the batch before compression' }),
    status: z.int().nullable().meta({ description: 'HTTP status; null where no answer came' }),
    problem: z.string().nullable().meta({ description: 'Why it failed; null if it succeeded' }),
    note: z.string().nullable().meta({
      description: 'What the destination said of a batch that it took, such as what it rejected',
    }),
    responseBody: z
      .string()
      .nullable()
      .meta({
        description: `What was answered: the first ${LOG_STREAM_ANSWER_MAX.toLocaleString('en')} characters, without the secret`,
      }),
  })
  .meta({ id: 'LogStreamAttempt' });
export type LogStreamAttempt = z.output<typeof logStreamAttempt>;

export const logStreamTest = z
  .strictObject({
    eventId: z.string().meta({
      description: 'The audit event `log_stream.test` that was sent; the stream sends it again',
    }),
    durationMs: z.int(),
    status: z.int().nullable(),
    problem: z.string().nullable().meta({ description: 'Why it failed; null if it succeeded' }),
    note: z.string().nullable(),
    responseBody: z.string().nullable(),
  })
  .meta({ id: 'LogStreamTest' });
export type LogStreamTest = z.output<typeof logStreamTest>;
