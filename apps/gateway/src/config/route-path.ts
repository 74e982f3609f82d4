/** Where other proxies ask for decisions, when forward authentication is on. */
const FORWARD_AUTH = '/forward-auth';
export const EXT_AUTHZ = '/ext-authz';

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9\-._~!$&'()*+,=:@]+$/;

/** Whether all readers agree about the path: plain segments, at most one slash at the end. */
export function isRoutePath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/')) return false;
  const segments = path.slice(1).split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.every((segment) => SEGMENT.test(segment));
}

export function isReserved(path: string): boolean {
  return isBelow(path, FORWARD_AUTH) || isBelow(path, EXT_AUTHZ);
}

/** Whether the path is the prefix, or continues it by whole segments. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}
