/** What gateway.yaml says about the upstreams of a route. */
import { z } from 'zod';

/** The longest time that a timer of Node can wait. */
const TIME_MAX_MS = 2 ** 31 - 1;
export const time = z.int().min(1).max(TIME_MAX_MS);
const timeOrNone = z.int().min(0).max(TIME_MAX_MS);
export const timeouts = z.strictObject({
  connectMs: timeOrNone.default(5000),
  responseMs: timeOrNone.default(60_000),
  idleMs: timeOrNone.default(300_000),
});

/** Of an address that requests are sent to: its path goes before that of the request. */
export const upstream = z.string().transform((text, ctx) => {
  const url = URL.parse(text);
  const fault = url ? upstreamFault(url) : 'must be a URL such as http://127.0.0.1:3000';
  if (url && fault === undefined) return url;
  ctx.addIssue({ code: 'custom', message: fault ?? '' });
  return z.NEVER;
});

function upstreamFault(url: URL): string | undefined {
  if (!/^https?:$/.test(url.protocol)) return 'must begin with http:// or https://';
  if (url.username || url.password) return 'must hold no credentials; put them into headers';
  if (url.search || url.hash) return 'must end with its path, without "?" and "#"';
  return undefined;
}

const WEIGHT_MAX = 1000;
const UPSTREAMS_MAX = 64;

export const upstreams = z
  .array(z.strictObject({ url: upstream, weight: z.int().min(1).max(WEIGHT_MAX).default(1) }))
  .min(1)
  .max(UPSTREAMS_MAX);

export const ejection = z.strictObject({
  failuresMax: z.int().min(0).default(3),
  durationMs: time.default(10_000),
  on5xx: z.boolean().default(false),
});

export const healthCheck = z.strictObject({
  path: z
    .string()
    .regex(/^\/(?!\/)[\x21-\x22\x24-\x5b\x5d-\x7e]*$/, 'must begin with "/", such as /healthz'),
  intervalMs: time.default(5000),
  timeoutMs: time.default(2000),
  status: z.int().min(200).max(599).default(200),
});

/** Settings that exclude each other, with what is wrong. */
export function upstreamFaults({
  upstream: one,
  upstreams,
  healthCheck: check,
}: {
  readonly upstream?: URL | undefined;
  readonly upstreams?: readonly { readonly url: URL }[] | undefined;
  readonly healthCheck?: object | undefined;
}): [string, string][] {
  if (!upstreams) return check ? [['healthCheck', 'needs a list of "upstreams"']] : [];
  const urls = upstreams.map(({ url }) => url.href);
  const faults: [string, string][] = [];
  if (one) faults.push(['upstreams', 'excludes "upstream": give one of them']);
  if (new Set(urls).size < urls.length) faults.push(['upstreams', 'names an address twice']);
  return faults;
}
