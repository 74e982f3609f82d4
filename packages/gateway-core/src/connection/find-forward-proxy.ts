import { parseIpRange, rangeContains } from '@tollkeeper/verify';

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = ['127.0.0.0/8', '::1'].flatMap((text) => parseIpRange(text) ?? []);

/**
 * The proxy that the environment names for an address, with its credentials: HTTPS_PROXY for `https:`,
 * HTTP_PROXY for `http:`, also in lower case, unless NO_PROXY names the host. Never for this machine.
 */
export function findForwardProxy(address: string, env: Environment): string | undefined {
  const url = URL.parse(address);
  if (!url) return undefined;
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const host = hostOf(url);
  if (proxy === undefined || isThisMachine(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const entries = (read('NO_PROXY') ?? '').toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => matches(entry, host, port)) ? undefined : proxy;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || rangeContains(LOOPBACK, host);
}

/** `*`, a name with all below it, an address or a range; each but a bare IPv6 address with a port, if asked. */
const ENTRY = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  const [, ipv6, other, onlyPort] = ENTRY.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const name = ipv6 ?? other ?? entry;
  if (name === '*') return true;
  const range = parseIpRange(name);
  if (range) return rangeContains([range], host);
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return host.endsWith(`.${domain}`) || (host === domain && !name.startsWith('*'));
}
