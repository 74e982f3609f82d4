/** What an organization asks of its keys and sessions beyond their own bounds. */
export { excludesAddress } from './excludes-address.ts';
export { getSecurity } from './get-security.ts';
export { previewSecurity } from './preview-security.ts';
export { requireSessionAllowed } from './require-session-allowed.ts';
export { requireSessionAllowedSomewhere } from './require-session-allowed-somewhere.ts';
export { earliestEnd } from './session-end.ts';
export { updateSecurity } from './update-security.ts';
