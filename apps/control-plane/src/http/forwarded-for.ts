import { withoutPort } from '@tollkeeper/verify';

/**
 * The header X-Forwarded-For as addresses alone. Some proxies append the port of their client, which
 * differs by connection: limits by address would count each as another one, and no range would hold it.
 */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((hop) => withoutPort(hop.trim()))
    .join(', ');
}
