/**
 * The header Cookie with one spelling of each cookie: the first of each name, as Better Auth reads
 * it. Our own code and Better Auth then read the same cookies.
 */
export function canonicalCookies(header: string): string {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at !== -1 && !cookies.has(name)) cookies.set(name, decode(pair.slice(at + 1).trim()));
  }
  return [...cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ');
}

function decode(text: string): string {
  const unquoted = text.startsWith('"') ? text.slice(1, -1) : text;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    // A broken escape stands for itself.
    return unquoted;
  }
}
