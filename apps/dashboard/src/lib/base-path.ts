/** The path of the server's base URL, without a slash at its end; the server writes it into the page. */
export const basePath =
  globalThis.document?.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';

/** The address of the server as people write it down. */
export function serverUrl(): string {
  return location.origin + basePath;
}
