/** What an organization asks of its keys and sessions beyond their own bounds. */

export { getSecurity } from './get-security.ts';
export { previewSecurity } from './preview-security.ts';
export {
  earliestEnd,
  excludesAddress,
  requireSessionAllowed,
  requireSessionAllowedSomewhere,
} from './require-session-allowed.ts';
export { updateSecurity } from './update-security.ts';
