export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/;

export const ADDRESS_SHAPE = 'must be HOST:PORT, such as 127.0.0.1:7430 or [::1]:7430';

/** Undefined for anything but `HOST:PORT`; an IPv6 address is written in brackets. */
export function parseAddress(text: string): Address | undefined {
  const [, ipv6, name, port] = ADDRESS.exec(text) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
