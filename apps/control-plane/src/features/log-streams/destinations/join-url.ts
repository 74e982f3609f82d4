/** The path below a base URL, unless that ends with it. */
export function joinUrl(base: string | null, path: string): string {
  const trimmed = (base ?? '').replace(/\/+$/, '');
  return trimmed.endsWith(path) ? trimmed : `${trimmed}${path}`;
}
