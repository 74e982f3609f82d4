/** Security settings: what the organization asks of keys, members and sessions. */

export { securityQuery } from './queries.ts';
export { SecurityPage } from './security-page.tsx';
