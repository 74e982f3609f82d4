/** The path of the server's base URL, without a slash at its end; the server writes it into the page. */
export const basePath = metaContent('base-path');

/** The origin of the server's base URL; empty if the server did not write it into the page. */
export function baseUrlOrigin(): string {
  return metaContent('base-origin');
}

function metaContent(name: string): string {
  const selector = `meta[name="${name}"]`;
  return globalThis.document?.querySelector<HTMLMetaElement>(selector)?.content ?? '';
}

/** The address of the server as people write it down. */
export function serverUrl(): string {
  return location.origin + basePath;
}
