/**
 * Why browsers refuse passkeys at an address. A passkey belongs to a host name, and the server takes
 * only those of its base URL.
 * @param opened the origin that the dashboard was opened at
 * @param configured the origin of the server's base URL; empty if it is not known
 */
export function passkeyAddressFault(opened: string, configured: string): string | undefined {
  const { protocol, hostname, port } = new URL(opened);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  const local = `http://localhost${port === '' ? '' : `:${port}`}`;
  if (isIpAddress(hostname) || (protocol !== 'https:' && !isLocal)) {
    return `Browsers allow no passkeys at ${opened}. Open the dashboard at a host name with https, or, on this machine, set TOLLKEEPER_BASE_URL=${local} and open that.`;
  }
  if (configured === '' || configured === opened) return undefined;
  return `Passkeys work only at the server’s own address, which is ${configured}. To use them here, set TOLLKEEPER_BASE_URL=${opened}.`;
}

function isIpAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}
