/**
 * What each header of a request means to the gateway. Names are compared as the most lenient reader
 * behind it may compare them: CGI and its kin turn every other character into an underscore.
 */
export const KIND = {
  /** Passed on as it is. */
  plain: 0,
  /** Never passed on: of one connection, the gateway's own, or an odd spelling of what matters. */
  dropped: 1,
  /** Passed on only from a trusted proxy: who, where and what the first request was. */
  claim: 2,
  host: 3,
  authorization: 4,
  apiKey: 5,
  connection: 6,
  transferEncoding: 7,
  contentLength: 8,
  expect: 9,
  upgrade: 10,
  te: 11,
  trailer: 12,
  forwardedFor: 13,
  forwardedHost: 14,
  forwardedProto: 15,
  forwarded: 16,
  forwardedPrefix: 17,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['host', KIND.host],
  ['authorization', KIND.authorization],
  ['x-api-key', KIND.apiKey],
  ['connection', KIND.connection],
  ['transfer-encoding', KIND.transferEncoding],
  ['content-length', KIND.contentLength],
  ['expect', KIND.expect],
  ['upgrade', KIND.upgrade],
  ['te', KIND.te],
  ['trailer', KIND.trailer],
  ['x-forwarded-for', KIND.forwardedFor],
  ['x-forwarded-host', KIND.forwardedHost],
  ['x-forwarded-proto', KIND.forwardedProto],
  ['x-forwarded-prefix', KIND.forwardedPrefix],
  ['forwarded', KIND.forwarded],
  ['keep-alive', KIND.dropped],
  ['proxy-connection', KIND.dropped],
  ['proxy-authorization', KIND.dropped],
  ['proxy-authenticate', KIND.dropped],
  ['http2-settings', KIND.dropped],
  // CGI makes it HTTP_PROXY, by which programs choose the proxy of their own requests.
  ['proxy', KIND.dropped],
  ['x-real-ip', KIND.claim],
  ['x-client-ip', KIND.claim],
  ['true-client-ip', KIND.claim],
  ['client-ip', KIND.claim],
  ['cf-connecting-ip', KIND.claim],
  ['fastly-client-ip', KIND.claim],
  ['x-cluster-client-ip', KIND.claim],
  ['x-forwarded', KIND.claim],
  ['forwarded-for', KIND.claim],
  // Frameworks take the path or the method from these: a route with stricter scopes could be dodged.
  ['x-original-url', KIND.claim],
  ['x-original-uri', KIND.claim],
  ['x-original-method', KIND.claim],
  ['x-rewrite-url', KIND.claim],
  // Rack takes from these where a proxy finds files.
  ['x-sendfile-type', KIND.claim],
  ['x-accel-mapping', KIND.claim],
  // By these, gunicorn and others cut the beginning of the path. Proxies that are trusted for addresses pass on
  // what a client writes in them; a route sets its own.
  ['script_name', KIND.dropped],
  ['path_info', KIND.dropped],
  ['x-script-name', KIND.dropped],
]);

const PLAIN_NAMES = [
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-type',
  'cookie',
  'origin',
  'pragma',
  'referer',
  'traceparent',
  'user-agent',
  'x-request-id',
];

/** By the spellings that clients use, so that most names are read without a copy in lower case. */
const SPELLINGS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...KINDS,
  ...[...KINDS].map(([name, kind]) => [capitalize(name), kind] as const),
  ...PLAIN_NAMES.flatMap((name) => [
    [name, KIND.plain] as const,
    [capitalize(name), KIND.plain] as const,
  ]),
]);

export function kindOf(name: string): Kind {
  return SPELLINGS.get(name) ?? classify(name);
}

/** The name as the most lenient reader has it: lower case, with `-` for all that is no letter. */
export function lenientName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

function classify(name: string): Kind {
  const known = KINDS.get(name.toLowerCase());
  if (known !== undefined) return known;
  const lenient = lenientName(name);
  if (lenient.startsWith('x-tollkeeper')) return KIND.dropped;
  if (KINDS.has(lenient)) return KIND.dropped;
  return lenient.startsWith('x-forwarded-') ? KIND.claim : KIND.plain;
}

/** As most programs write the name of a header. */
export function capitalize(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
