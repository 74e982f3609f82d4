const USUAL = 'Bearer ';

/** The key in an `Authorization` header; empty where it holds something else. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  if (authorization.startsWith(USUAL) && authorization[USUAL.length] !== ' ') {
    return authorization.slice(USUAL.length);
  }
  return /^bearer +(.*)$/i.exec(authorization)?.[1] ?? '';
}
