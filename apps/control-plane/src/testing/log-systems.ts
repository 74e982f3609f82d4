/** What log systems do with a request, written from their documentation alone: no line is shared with what sends. */
import { createHash, createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ReceivedWebhook } from './webhook-receiver.ts';

type Json = Record<string, unknown>;

/** Events as Splunk's HTTP Event Collector reads them. @throws Error for what it refuses */
export function readSplunk({ method, path, headers, bytes }: ReceivedWebhook, token: string) {
  demand(method === 'POST' && path === '/services/collector/event', 'the URL of HEC');
  demand(headers.authorization === `Splunk ${token}`, 'a token');
  demand(bytes.length <= 1_000_000, 'at most 1 MB');
  const objects = readConcatenated(bytes.toString());
  for (const object of objects) {
    const known = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields'];
    demand(
      Object.keys(object).every((key) => known.includes(key)),
      'known metadata alone',
    );
    demand(typeof object.time === 'number' && object.time > 1e9 && object.time < 1e11, 'seconds');
    demand(typeof object.event === 'object' && object.event !== null, 'an event');
  }
  return objects as {
    time: number;
    host: string;
    sourcetype: string;
    index?: string;
    event: Json;
  }[];
}

/** JSON objects that follow one another, wherever each ends. */
function readConcatenated(text: string): Json[] {
  const objects: Json[] = [];
  let [depth, start, isText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isText) {
      if (character === '\\') at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0) objects.push(JSON.parse(text.slice(start, at + 1)));
    } else if (depth === 0) demand(/\s/.test(character ?? ''), 'nothing between objects');
  }
  demand(depth === 0, 'whole objects');
  return objects;
}

/** Logs as Datadog's intake reads them. @throws Error for what it refuses or drops */
export function readDatadog(
  { method, path, headers, bytes }: ReceivedWebhook,
  apiKey: string,
  now = new Date(),
) {
  demand(method === 'POST' && path === '/api/v2/logs', 'the URL of the intake');
  demand(headers['dd-api-key'] === apiKey, 'an API key');
  demand(headers['content-type'] === 'application/json', 'JSON');
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  demand(text.length <= 5_000_000, 'at most 5 MB');
  const logs: unknown = JSON.parse(text.toString());
  demand(Array.isArray(logs) && logs.length <= 1000, 'an array of at most 1,000');
  for (const log of logs as Json[]) {
    demand(JSON.stringify(log).length <= 1_000_000, 'at most 1 MB each');
    const { timestamp = now.toISOString() } = log;
    const age = now.getTime() - Date.parse(String(timestamp));
    demand(age <= 18 * 3_600_000, 'no log older than 18 hours');
  }
  return logs as { message: string; ddtags?: string; timestamp?: string; event: Json }[];
}

/** The object that a request to S3 puts. @throws Error where the signature (SigV4) is not by the secret */
export function readS3(
  { method, path, headers, bytes }: ReceivedWebhook,
  { accessKeyId, secretAccessKey, region }: Record<string, string>,
) {
  demand(method === 'PUT', 'PUT');
  const [, credential = '', signedHeaders = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [id, day = '', ...scope] = credential.split('/');
  demand(id === accessKeyId, 'the access key');
  demand(scope.join('/') === `${region}/s3/aws4_request`, 'the scope of the credential');
  const at = String(headers['x-amz-date']);
  demand(at.startsWith(day) && /^\d{8}T\d{6}Z$/.test(at), 'a date');
  for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256']) {
    demand(signedHeaders.split(';').includes(needed), `${needed} to be signed`);
  }
  const digest = sha256(bytes);
  demand(headers['x-amz-content-sha256'] === digest, 'the digest of the body');
  const canonicalHeaders = signedHeaders
    .split(';')
    .map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`)
    .join('');
  const [uri = '', query = ''] = path.split('?');
  const canonical = [method, uri, query, canonicalHeaders, signedHeaders, digest].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', at, [day, ...scope].join('/'), sha256(canonical)].join('\n');
  const key = [day, ...scope].reduce(
    (secret: Buffer | string, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  demand(signature === expected, 'the signature');
  const [, bucket, ...rest] = uri.split('/');
  return { bucket, key: decodeURIComponent(rest.join('/')), bytes };
}

/** Events of a body of JSON Lines. */
export function readLines(bytes: Buffer): Json[] {
  const text = bytes.toString();
  demand(text.endsWith('\n'), 'an end of the last line');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function demand(isMet: boolean, what: string): void {
  if (!isMet) throw new Error(`The log system refuses the request: it needs ${what}`);
}
