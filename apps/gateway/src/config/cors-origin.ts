/** As browsers write it in Origin: lower case, without the port that a scheme has by default. */
const ORIGIN =
  /^[a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:]+\]|[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)*)(?::\d{1,5})?$/;
const DEFAULT_PORT = /^(?:http:.*:80|https:.*:443)$/;

/** Why the text can be no origin, or no pattern of origins. */
export function originFault(text: string): string | undefined {
  if (text === '*') return undefined;
  if (!ORIGIN.test(text)) {
    return 'must be an origin such as https://app.example.com or https://*.example.com, in lower case and without a path';
  }
  if (DEFAULT_PORT.test(text)) return 'must not name the default port, which browsers leave out';
  const labels = hostOf(text).split('.');
  const stars = labels.filter((label) => label.includes('*'));
  if (stars.length === 0) return undefined;
  if (stars.length > 1 || stars[0] !== '*') return 'can hold one "*", in place of a whole label';
  const isBroad = labels.length - labels.indexOf('*') < 3 && !labels.includes('localhost');
  return isBroad ? 'must name two labels after "*", such as https://*.example.com' : undefined;
}

function hostOf(origin: string): string {
  return origin.replace(/^[^:]*:\/\//, '').replace(/:\d+$/, '');
}

/** Whether an origin is one of these. `null`, which any page can have, is none unless all are. */
export function originMatcher(origins: readonly string[]): (origin: string) => boolean {
  if (origins.includes('*')) return () => true;
  const patterns = origins.map((each) => {
    const text = each.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&').replace('\\*', '[a-z0-9_-]+');
    return new RegExp(`^${text}$`);
  });
  return (origin) => patterns.some((pattern) => pattern.test(origin));
}
