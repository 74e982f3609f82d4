/** Password resets: a one-time link by mail, for someone who forgot the password. */
export { completePasswordReset } from './complete-password-reset.ts';
export { findPasswordReset } from './find-password-reset.ts';
export {
  createResetLink,
  getPasswordReset,
  mailResetLink,
  requestPasswordReset,
} from './request-password-reset.ts';
