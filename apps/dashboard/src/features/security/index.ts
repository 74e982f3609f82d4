/** Security settings: what the organization asks of keys, members and sessions. */
export { SecurityPage } from './security-page.tsx';
export { securityQuery } from './security-queries.ts';
