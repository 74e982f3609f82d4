/** Security settings: what the organization asks of keys, members and sessions. */
export { SecurityPage } from './security-page.tsx';
