import type { CorsConfig } from '../config/config.ts';
import { originMatcher } from '../config/cors-origin.ts';

/** What a route answers to pages of other origins, prepared. */
export interface Cors {
  /** Headers of the answer to a preflight: names and values in turn, as everywhere here. */
  preflight(origin: string): readonly string[];
  /** @param origin undefined where the request names none */
  headersFor(origin: string | undefined): CorsHeaders;
}

/** Headers for pages of one origin; nothing is allowed to an origin that the route does not name. */
export interface CorsHeaders {
  /** Of an answer of the upstream, in place of its own. */
  readonly answer: readonly string[];
  readonly denial: readonly string[];
}

const VARY = ['Vary', 'Origin'];
const VARY_PREFLIGHT = [
  'Vary',
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
];
const NOT_ALLOWED: CorsHeaders = { answer: VARY, denial: VARY };
/** What a page needs to handle a denial. */
const DENIAL_EXPOSED = ['WWW-Authenticate', 'Retry-After', 'RateLimit', 'RateLimit-Policy'];

/** @param places where the route takes keys from: a page may send these headers without further ado */
export function prepareCors(config: CorsConfig | null, places: readonly string[]): Cors | null {
  if (config === null) return null;
  const isAllowed = originMatcher(config.origins);
  const isAny = config.origins.includes('*');
  const forOrigin = (origin: string) => [
    ...['Access-Control-Allow-Origin', isAny ? '*' : origin],
    ...(config.credentials ? ['Access-Control-Allow-Credentials', 'true'] : []),
  ];
  const expose = (names: readonly string[]) =>
    names.length > 0 ? ['Access-Control-Expose-Headers', names.join(', ')] : [];
  const exposed = expose(config.exposedHeaders);
  const denialExposed = expose([...config.exposedHeaders, ...DENIAL_EXPOSED]);
  const requested = [
    ...['Access-Control-Allow-Methods', config.methods.join(', ')],
    ...['Access-Control-Allow-Headers', requestHeaderNames(config, places).join(', ')],
    ...['Access-Control-Max-Age', String(Math.floor(config.maxAgeMs / 1000))],
  ];
  return {
    preflight: (origin) =>
      isAllowed(origin) ? [...forOrigin(origin), ...requested, ...VARY_PREFLIGHT] : VARY_PREFLIGHT,
    headersFor(origin) {
      if (origin === undefined || !isAllowed(origin)) return NOT_ALLOWED;
      const common = [...forOrigin(origin), ...VARY];
      return { answer: [...common, ...exposed], denial: [...common, ...denialExposed] };
    },
  };
}

function requestHeaderNames({ headers }: CorsConfig, places: readonly string[]): string[] {
  const ofKeys = places.flatMap((place) => {
    if (place === 'bearer' || place === 'basic') return 'authorization';
    return place === 'websocket-protocol' ? [] : place;
  });
  const all = ['content-type', ...ofKeys, ...headers.map((name) => name.toLowerCase())];
  return [...new Set(all)];
}

/** The headers of an upstream's answer with those of the route in place of its own. */
export function replaceCors(headers: readonly string[], { answer }: CorsHeaders): string[] {
  const kept = headers.filter((_, at) => {
    const name = headers[at - (at % 2)] ?? '';
    return !/^access-control-/i.test(name);
  });
  return [...kept, ...answer];
}
